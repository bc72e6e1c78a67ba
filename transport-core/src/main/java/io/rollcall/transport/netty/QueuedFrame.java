package io.rollcall.transport.netty;

/**
 * A frame on its way through one link, with a reference of its own until it was given back.
 *
 * @param queuedAt by the event loop's clock, in nanoseconds
 */
record QueuedFrame(OutboundFrame frame, long queuedAt, Delivery delivery) {}
