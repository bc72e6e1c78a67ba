package io.rollcall.transport.netty;

import io.rollcall.transport.ConnectionSettings;
import io.rollcall.transport.codec.Codec;
import io.rollcall.transport.compression.ZstdCodec;
import io.rollcall.transport.metrics.TransportMetrics;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What all links of one server or client share.
 *
 * @param settings limits and time-outs of each
 * @param frames encodes, and counts what all queues hold together
 * @param zstd decompresses, where that is on
 * @param inbound counts the partial frames of all
 * @param senders what stands in {@code sender_id}
 * @param goodbye the words of a disconnect that nobody worded otherwise
 * @param clock for times that people see; deadlines go by the event loop's ticker
 */
record LinkContext(
    ConnectionSettings settings,
    Codec codec,
    FrameEncoder frames,
    Optional<ZstdCodec> zstd,
    InboundBudget inbound,
    SenderIds senders,
    String goodbye,
    TransportMetrics metrics,
    InstantSource clock) {

  /** What a server says to peers it has no quarrel with. */
  static final String SERVER_GOODBYE = "server closing connection";

  /** What a client says. */
  static final String CLIENT_GOODBYE = "client requested disconnect";
}
