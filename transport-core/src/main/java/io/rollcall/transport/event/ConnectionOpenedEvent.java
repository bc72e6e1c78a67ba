package io.rollcall.transport.event;

import io.rollcall.transport.ConnectionInfo;

/**
 * A connection was admitted: at a server, or the client's own. Comes before the first {@link
 * MessageReceivedEvent} of that connection, on the same thread or on the event loop (see {@link
 * TransportEventPublisher#withImmediateListeners}).
 *
 * @param connection its figures at that moment
 */
public record ConnectionOpenedEvent(ConnectionInfo connection) {}
