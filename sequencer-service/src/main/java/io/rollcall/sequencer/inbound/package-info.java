/**
 * Where messages enter: turns what the transport reports into typed events; runs on the transport's
 * dispatch threads.
 */
@NullMarked
package io.rollcall.sequencer.inbound;

import org.jspecify.annotations.NullMarked;
