/**
 * Where messages leave: hands what the coordinator says to the transport; called by the coordinator
 * thread and by whoever completes a write.
 */
@NullMarked
package io.rollcall.sequencer.outbound;

import org.jspecify.annotations.NullMarked;
