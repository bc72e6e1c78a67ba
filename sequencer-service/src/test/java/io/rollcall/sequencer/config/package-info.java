/** Tests of the settings: what a wrong one says. */
@NullMarked
package io.rollcall.sequencer.config;

import org.jspecify.annotations.NullMarked;
