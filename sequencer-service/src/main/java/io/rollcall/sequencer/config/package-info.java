/**
 * The sequencer's settings and the wiring of its plain classes to Spring; runs on the start-up
 * thread only.
 */
@NullMarked
package io.rollcall.sequencer.config;

import org.jspecify.annotations.NullMarked;
