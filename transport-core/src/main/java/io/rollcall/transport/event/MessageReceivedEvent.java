package io.rollcall.transport.event;

import io.rollcall.transport.InboundMessage;

/**
 * A peer sent a message.
 *
 * <p>Delivered on a virtual thread, so a listener may block, or on the event loop where the
 * application says that listeners would not (see {@link
 * TransportEventPublisher#withImmediateListeners}). Events of one connection come one at a time and
 * in order, those of different connections concurrently. While a listener blocks, the bounded queue
 * of its connection fills, and at the bound the socket is no longer read. A listener that throws is
 * logged and counted, the listeners after it do not get this event, and the connection lives. In an
 * application that is server and client at once, the connection id tells them apart.
 *
 * @param message what came, and from whom
 */
public record MessageReceivedEvent(InboundMessage message) {}
