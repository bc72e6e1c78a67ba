package io.rollcall.transport.event;

import java.net.InetSocketAddress;

/**
 * The server listens. Published at each start, on the thread that starts the application context.
 *
 * @param address where it listens, with the real port if the configured one was 0
 */
public record TransportServerStartedEvent(InetSocketAddress address) {}
