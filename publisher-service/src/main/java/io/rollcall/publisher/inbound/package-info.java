/**
 * Where messages enter: turns what the transport reports into typed events; runs on the transport's
 * dispatch threads, and for a connection's beginning and end on its event loop while the
 * coordinator has room.
 */
@NullMarked
package io.rollcall.publisher.inbound;

import org.jspecify.annotations.NullMarked;
