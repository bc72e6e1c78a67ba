/**
 * Sockets: servers, clients, and the handlers that turn bytes into messages and back.
 *
 * <p>The only package that knows Netty. Everything in a pipeline runs on the connection's event
 * loop, owned by {@code EventLoops}; what other threads may call says so.
 */
@NullMarked
package io.rollcall.transport.netty;

import org.jspecify.annotations.NullMarked;
