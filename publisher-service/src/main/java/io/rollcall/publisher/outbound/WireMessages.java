package io.rollcall.publisher.outbound;

import io.rollcall.proto.v1.Decided;
import io.rollcall.proto.v1.Message;
import io.rollcall.scp.PublisherMessage;

/** The machine's words as rollup.v1 messages. Stateless. */
final class WireMessages {

  /** What peers of the SDK expect from a publisher. */
  private static final String SENDER_ID = "publisher";

  /** What a message has beside a request's own bytes, at most. */
  private static final int ENVELOPE_BYTES = 64;

  private WireMessages() {}

  static Message of(PublisherMessage message) {
    Message.Builder wire = Message.newBuilder().setSenderId(SENDER_ID);
    return switch (message) {
      // The request is canonical, so encoding it again yields the bytes that came.
      case PublisherMessage.Start(var xt) -> wire.setXtRequest(xt.request()).build();
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
