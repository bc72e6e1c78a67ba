package io.rollcall.sequencer.handler;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.v1.Decided;
import io.rollcall.scp.SequencerInput;
import io.rollcall.sequencer.event.DecisionAnnounced;
import io.rollcall.sequencer.event.InboundObserver;
import io.rollcall.sequencer.event.PublisherConnected;
import io.rollcall.sequencer.event.PublisherLost;
import io.rollcall.sequencer.event.UnroutedReceived;
import io.rollcall.sequencer.event.XtAnnounced;
import io.rollcall.sequencer.testing.Xts;
import io.rollcall.service.coordination.TraceContexts;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HandlersTests {

  private static final CrossChainTransaction XT =
      Xts.xt(Xts.entry(55_555, ByteString.copyFromUtf8("transaction")));

  private final List<SequencerInput> inputs = new ArrayList<>();
  private final List<String> observed = new ArrayList<>();
  private final InboundObserver observer =
      new InboundObserver() {
        @Override
        public void handled(String payload, long nanos) {
          observed.add("handled " + payload);
        }

        @Override
        public void unrouted(String connectionId, String payload) {
          observed.add("unrouted " + payload);
        }

        @Override
        public void malformed(String connectionId, String payload, String why) {
          observed.add("malformed " + payload + ": " + why);
        }
      };

  @Test
  void tellsThatThePublisherCameAndWent() {
    new PublisherConnectedHandler(inputs::add).handle(new PublisherConnected("c1"));
    new PublisherLostHandler(inputs::add).handle(new PublisherLost("c1"));

    assertThat(inputs)
        .containsExactly(new SequencerInput.Connected(), new SequencerInput.Disconnected());
  }

  @Test
  void handsOverAnAnnouncedXt() {
    new XtAnnouncedHandler(inputs::add, observer, TraceContexts.NONE)
        .handle(new XtAnnounced("c1", XT.encoded(), ByteString.EMPTY));

    assertThat(inputs).containsExactly(new SequencerInput.StartReceived(XT));
  }

  @Test
  void dropsAnAnnouncementThatIsNoXt() {
    // An unknown field: two peers could give it two ids.
    ByteString odd = XT.encoded().concat(ByteString.copyFrom(new byte[] {0x78, 0x01}));
    new XtAnnouncedHandler(inputs::add, observer, TraceContexts.NONE)
        .handle(new XtAnnounced("c1", odd, ByteString.EMPTY));

    assertThat(inputs).isEmpty();
    assertThat(observed).hasSize(1).first().asString().startsWith("malformed xt_request: ");
  }

  @Test
  void handsOverADecisionWithItsReason() {
    Decided.Builder decided =
        Decided.newBuilder().setXtId(XT.id().toMessage()).setReason("no funds");
    DecisionAnnouncedHandler handler = new DecisionAnnouncedHandler(inputs::add, observer);
    handler.handle(new DecisionAnnounced("c1", decided.build()));
    handler.handle(new DecisionAnnounced("c1", decided.setRefused(true).build()));
    handler.handle(
        new DecisionAnnounced(
            "c1", Decided.newBuilder().setXtId(XT.id().toMessage()).setDecision(true).build()));

    assertThat(inputs)
        .containsExactly(
            new SequencerInput.DecisionReceived(XT.id(), false, "no funds", false),
            new SequencerInput.DecisionReceived(XT.id(), false, "no funds", true),
            new SequencerInput.DecisionReceived(XT.id(), true, "", false));
  }

  @Test
  void dropsADecisionWithoutAnId() {
    new DecisionAnnouncedHandler(inputs::add, observer)
        .handle(new DecisionAnnounced("c1", Decided.newBuilder().setDecision(true).build()));

    assertThat(inputs).isEmpty();
    assertThat(observed).containsExactly("malformed decided: XT id has 0 bytes, expected 32");
  }

  @Test
  void countsWhatNobodyActsOn() {
    new UnroutedHandler(observer).handle(new UnroutedReceived("c1", "start_slot"));

    assertThat(observed).containsExactly("unrouted start_slot");
  }
}
