package io.rollcall.sequencer.ops;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.scp.SequencerFact;
import io.rollcall.scp.SequencerOutcome;
import io.rollcall.sequencer.coordination.XtArchive;
import io.rollcall.sequencer.coordination.XtProjection;
import io.rollcall.sequencer.testing.Xts;
import io.rollcall.transport.metrics.MicrometerTransportMetrics;
import io.rollcall.transport.metrics.TransportMeters;
import io.rollcall.transport.testing.LogCapture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ConsensusMetersTests {

  private static final ChainId OWN = ChainId.of(55_555);
  private static final CrossChainTransaction XT =
      Xts.xt(
          Xts.entry(55_555, ByteString.copyFromUtf8("x")),
          Xts.entry(7, ByteString.copyFromUtf8("y")));

  private long now = 1_000;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final XtProjection projection =
      new XtProjection(OWN, 10, Duration.ofDays(1), () -> now, XtArchive.NONE);
  private final ConsensusMeters meters =
      new ConsensusMeters(
          registry,
          OWN,
          Duration.ofSeconds(2),
          projection,
          new MicrometerTransportMetrics(registry),
          () -> now);
  private final List<Object> events = new ArrayList<>();
  private final XtAlarms alarms = new XtAlarms(OWN, events::add, registry);

  @Test
  void followsAnXtThatCommits() {
    tell(new SequencerFact.Started(XT, now));
    assertThat(registry.get("publisher.consensus.active.transactions").gauge().value())
        .isEqualTo(1);
    assertThat(registry.get("publisher.consensus.state.manager.size").gauge().value()).isEqualTo(1);
    now += Duration.ofMillis(5).toNanos();
    tell(new SequencerFact.VoteSent(XT.id(), true, "", false));
    tell(new SequencerFact.VoteSent(XT.id(), true, "", true));
    tell(finished(true));

    assertThat(count("transactions", "state", "initiated")).isEqualTo(1);
    assertThat(count("transactions", "state", "commit")).isEqualTo(1);
    assertThat(count("votes.received", "vote", "commit")).isEqualTo(1);
    assertThat(count("vote.broadcast", "vote", "commit")).isEqualTo(2);
    assertThat(count("decisions.broadcast", "decision", "commit")).isEqualTo(1);
    assertThat(
            registry
                .get("publisher.consensus.vote.latency")
                .tag("chain_id", "d903")
                .timer()
                .count())
        .isEqualTo(1);
    assertThat(registry.get("publisher.consensus.duration").tag("state", "commit").timer().count())
        .isEqualTo(1);
    assertThat(registry.get("publisher.consensus.participants.per.transaction").summary().max())
        .isEqualTo(2);
    assertThat(registry.get("publisher.consensus.active.transactions").gauge().value()).isZero();
    assertThat(registry.get("publisher.consensus.state.manager.size").gauge().value()).isEqualTo(1);
  }

  @Test
  void countsALateVoteAndADecisionThatIsOverdueAsTimeouts() {
    tell(new SequencerFact.Started(XT, now));
    now += Duration.ofSeconds(3).toNanos();
    tell(new SequencerFact.VoteSent(XT.id(), false, "no vote within 2s", false));
    assertThat(registry.get("publisher.consensus.timeouts").counter().count()).isEqualTo(1);

    try (LogCapture log = LogCapture.of(XtAlarms.class)) {
      tell(new SequencerFact.XtInDoubt(XT.id()));
      assertThat(log.lines(Level.WARN)).singleElement().asString().contains(XT.id().hex());
    }
    assertThat(registry.get("publisher.consensus.timeouts").counter().count()).isEqualTo(2);
    assertThat(count("transactions", "state", "in_doubt")).isEqualTo(1);
  }

  @Test
  void countsWhatComesIn() {
    meters.handled("decided", 1_000);
    meters.unrouted("c1", "start_slot");
    meters.malformed("c1", "xt_request", "the request has no entry");

    assertThat(
            registry
                .get("publisher.consensus.callback.latency")
                .tag("type", "decided")
                .timer()
                .count())
        .isEqualTo(1);
    assertThat(count("circ.messages", "operation", "unrouted")).isEqualTo(1);
    assertThat(
            registry
                .get(TransportMeters.ERRORS.meterName())
                .tags("type", "protocol_error", "operation", "handle")
                .counter()
                .count())
        .isEqualTo(1);
  }

  @Test
  void tellsTheApplicationOfACommitThisChainDidNotVoteFor() {
    tell(new SequencerFact.Started(XT, now));
    tell(new SequencerFact.CommitWithoutVote(XT.id()));

    assertThat(count("transactions", "state", "commit_without_vote")).isEqualTo(1);
    assertThat(events).containsExactly(new CommitWithoutVoteEvent(XT.id()));
  }

  private SequencerFact finished(boolean committed) {
    return new SequencerFact.Finished(
        1,
        new SequencerOutcome(
            XT.id(),
            committed,
            committed,
            "",
            Optional.empty(),
            OptionalLong.empty(),
            OptionalLong.of(1_000),
            OptionalLong.of(2_000),
            now));
  }

  private void tell(SequencerFact fact) {
    projection.observed(List.of(fact));
    meters.observed(List.of(fact));
    alarms.observed(List.of(fact));
  }

  private double count(String meter, String tag, String value) {
    return registry.get("publisher.consensus." + meter).tag(tag, value).counter().count();
  }
}
