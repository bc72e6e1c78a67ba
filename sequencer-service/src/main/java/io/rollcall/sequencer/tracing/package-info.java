/**
 * Spans of what a sequencer does with an XT; runs on the coordinator thread, but for contexts that
 * come with messages and requests.
 */
@NullMarked
package io.rollcall.sequencer.tracing;

import org.jspecify.annotations.NullMarked;
