/**
 * The publisher's settings and the wiring of its plain classes to Spring; runs on the start-up
 * thread only.
 */
@NullMarked
package io.rollcall.publisher.config;

import org.jspecify.annotations.NullMarked;
