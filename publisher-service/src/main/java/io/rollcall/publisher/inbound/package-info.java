/**
 * Where messages enter: turns what the transport reports into typed events; runs on a connection's
 * event loop while the coordinator has room for what is little, else on the transport's dispatch
 * threads.
 */
@NullMarked
package io.rollcall.publisher.inbound;

import org.jspecify.annotations.NullMarked;
