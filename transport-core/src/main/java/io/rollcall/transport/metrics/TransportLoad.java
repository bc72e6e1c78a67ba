package io.rollcall.transport.metrics;

/**
 * How full a server or client is at this moment. Read by scrapes on threads of their own; an
 * implementation answers from counters it keeps anyway and does not block.
 */
public interface TransportLoad {

  /** Admitted connections. */
  int activeConnections();

  /** Bytes of partial frames held, as a part of the inbound buffer: 0 to 1. */
  double inboundBufferUtilization();

  /** Bytes queued for peers, as a part of the outbound buffer they may take: 0 to 1. */
  double outboundBufferUtilization();

  /** Messages that wait for a handler. */
  int queuedMessages();
}
