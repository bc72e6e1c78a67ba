package io.rollcall.publisher.outbound;

import io.rollcall.proto.v1.Decided;
import io.rollcall.proto.v1.Message;
import io.rollcall.scp.PublisherMessage;
import io.rollcall.service.coordination.TraceContexts;

/** The machine's words as rollup.v1 messages. Safe for any thread. */
final class WireMessages {

  /** What peers of the SDK expect from a publisher. */
  private static final String SENDER_ID = "publisher";

  /** What a message has beside a request's own bytes, at most. */
  private static final int ENVELOPE_BYTES = 128;

  private final TraceContexts contexts;
  private final int maxMessageBytes;

  /**
   * Makes messages for a transport.
   *
   * @param contexts what goes with XTs
   * @param maxMessageBytes the transport's limit: an XT that nearly fills it goes without
   */
  WireMessages(TraceContexts contexts, int maxMessageBytes) {
    this.contexts = contexts;
    this.maxMessageBytes = maxMessageBytes;
  }

  Message of(PublisherMessage message) {
    Message.Builder wire = Message.newBuilder().setSenderId(SENDER_ID);
    return switch (message) {
      // The request is canonical, so encoding it again yields the bytes that came.
      case PublisherMessage.Start start -> {
        if (size(start) <= maxMessageBytes) {
          wire.setTraceContext(contexts.of(start.xt().id()));
        }
        yield wire.setXtRequest(start.xt().request()).build();
      }
      case PublisherMessage.Decision(var id, boolean commit, String reason, boolean refused) ->
          wire.setDecided(
                  Decided.newBuilder()
                      .setXtId(id.toMessage())
                      .setDecision(commit)
                      .setReason(reason)
                      .setRefused(refused))
              .build();
    };
  }

  /** About how many bytes it takes on the wire, without encoding it. */
  static long size(PublisherMessage message) {
    return switch (message) {
      case PublisherMessage.Start(var xt) -> ENVELOPE_BYTES + xt.encoded().size();
      case PublisherMessage.Decision decision -> ENVELOPE_BYTES + decision.reason().length();
    };
  }
}
