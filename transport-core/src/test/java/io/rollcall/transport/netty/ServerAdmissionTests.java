package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.dispatch.MessageDispatcher;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import io.rollcall.transport.session.ConnectionManager;
import io.rollcall.transport.testing.RecordingHandler;
import org.junit.jupiter.api.Test;

/** The bound on sockets that are not admitted yet, and what happens there. */
class ServerAdmissionTests {

  private final RecordingHandler recorded = new RecordingHandler();
  private final ServerAdmission admission =
      new ServerAdmission(
          new ConnectionManager<>(1, TransportMetrics.NOOP, System::nanoTime),
          new MessageDispatcher("test-", 1024, recorded, recorded, TransportMetrics.NOOP),
          event -> {});

  @Test
  void atTheBoundAStrangerIsToldSoUntilThereIsRoomAgain() throws Exception {
    EmbeddedLink crowd = new EmbeddedLink();
    try (EmbeddedLink last = new EmbeddedLink();
        EmbeddedLink next = new EmbeddedLink()) {
      crowd(crowd, ServerAdmission.MOST_UNADMITTED);
      assertThat(crowd.link.ended()).isFalse();

      var _ = admission.candidate(last.link);
      DisconnectMessage told = last.nextSent().orElseThrow().getDisconnect();
      assertThat(told.getReason()).isEqualTo(DisconnectMessage.Reason.THROTTLED);
      assertThat(told.getDetails()).isEqualTo("too many connection attempts");
      assertThat(last.errors(CloseReason.THROTTLED, Operation.ACCEPT)).isOne();

      crowd.close();
      var _ = admission.candidate(next.link);
      assertThat(next.link.ended()).isFalse();
    }
  }

  @Test
  void farBeyondTheBoundAStrangerIsCutWithoutAWordAndCounted() throws Exception {
    try (EmbeddedLink crowd = new EmbeddedLink();
        EmbeddedLink last = new EmbeddedLink()) {
      crowd(crowd, 2 * ServerAdmission.MOST_UNADMITTED);
      var _ = admission.candidate(last.link);
      assertThat(last.nextSent()).isEmpty();
      assertThat(last.channel.isOpen()).isFalse();
      assertThat(last.errors(CloseReason.THROTTLED, Operation.ACCEPT)).isOne();
    }
  }

  /** One link may stand for many: each call counts. */
  private void crowd(EmbeddedLink link, int size) {
    for (int i = 0; i < size; i++) {
      var _ = admission.candidate(link.link);
    }
  }
}
