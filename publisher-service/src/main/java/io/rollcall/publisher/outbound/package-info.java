/**
 * Where messages leave: hands what the coordinator announces to the transport; called by the
 * coordinator thread and by whoever completes a write.
 */
@NullMarked
package io.rollcall.publisher.outbound;

import org.jspecify.annotations.NullMarked;
