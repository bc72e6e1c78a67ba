package io.rollcall.publisher.ops;

import static io.rollcall.publisher.testing.Xts.A;
import static io.rollcall.publisher.testing.Xts.B;
import static io.rollcall.publisher.testing.Xts.xt;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.publisher.coordination.MachineLoad;
import io.rollcall.scp.LogRecord;
import io.rollcall.scp.PublisherFact;
import io.rollcall.scp.PublisherMessage;
import io.rollcall.scp.XtOutcome;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PublisherMetricsTests {

  private static final CrossChainTransaction XT = xt("one");

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final PublisherMetrics metrics = new PublisherMetrics(registry, List.of(A));

  @Test
  void countsAnnouncedXtsAndTheirParticipants() {
    observe(new PublisherFact.VotingStarted(XT, 1));

    assertThat(counter(ConsensusMeters.TRANSACTIONS, "state", "initiated")).isEqualTo(1);
    var participants = registry.get(ConsensusMeters.PARTICIPANTS.meterName()).summary();
    assertThat(participants.totalAmount()).isEqualTo(2);
  }

  @Test
  void labelsVotesByConfiguredChainOrOther() {
    observe(new PublisherFact.VoteCounted(XT.id(), A, true, "", Duration.ofMillis(2).toNanos()));
    observe(new PublisherFact.VoteCounted(XT.id(), B, false, "", Duration.ofMillis(3).toNanos()));

    assertThat(counter(ConsensusMeters.VOTES_RECEIVED, "chain_id", A.hex(), "vote", "commit"))
        .isEqualTo(1);
    assertThat(counter(ConsensusMeters.VOTES_RECEIVED, "chain_id", "other", "vote", "abort"))
        .isEqualTo(1);
    assertThat(
            registry
                .get(ConsensusMeters.VOTE_LATENCY.meterName())
                .tag("chain_id", "other")
                .timer()
                .totalTime(TimeUnit.MILLISECONDS))
        .isEqualTo(3);
    assertThat(registry.getMeters())
        .allSatisfy(
            meter -> assertThat(meter.getId().getTag("chain_id")).isIn(null, A.hex(), "other"));
  }

  @Test
  void measuresFromTheAnnouncementToTheDecision() {
    observe(finished(XtOutcome.COMMITTED, OptionalLong.of(0), false));
    observe(finished(XtOutcome.ABORTED, OptionalLong.of(0), true));
    observe(finished(XtOutcome.EXPIRED, OptionalLong.empty(), false));

    assertThat(counter(ConsensusMeters.TRANSACTIONS, "state", "commit")).isEqualTo(1);
    assertThat(counter(ConsensusMeters.TRANSACTIONS, "state", "abort")).isEqualTo(2);
    assertThat(counter(ConsensusMeters.TIMEOUTS)).isEqualTo(1);
    for (String state : List.of("commit", "abort")) {
      var duration = registry.get(ConsensusMeters.DURATION.meterName()).tag("state", state).timer();
      assertThat(duration.count()).isEqualTo(1);
      assertThat(duration.totalTime(TimeUnit.SECONDS)).isEqualTo(5);
    }
  }

  @Test
  void countsDecisionsThatWereSentAndNoRefusals() {
    metrics.sent(new PublisherMessage.Start(XT), 2);
    metrics.sent(new PublisherMessage.Decision(XT.id(), true, "", false), 2);
    metrics.sent(new PublisherMessage.Decision(XT.id(), false, "no", false), 2);
    metrics.sent(new PublisherMessage.Decision(XT.id(), false, "queue full", true), 1);

    assertThat(counter(ConsensusMeters.DECISIONS_BROADCAST, "decision", "commit")).isEqualTo(1);
    assertThat(counter(ConsensusMeters.DECISIONS_BROADCAST, "decision", "abort")).isEqualTo(1);
    assertThat(metrics.messagesSent()).isEqualTo(4);
  }

  @Test
  void showsTheMachinesLoad() {
    metrics.watch(() -> new MachineLoad(2, 3, 4));

    assertThat(registry.get(ConsensusMeters.ACTIVE_TRANSACTIONS.meterName()).gauge().value())
        .isEqualTo(2);
    assertThat(registry.get(ConsensusMeters.STATE_MANAGER_SIZE.meterName()).gauge().value())
        .isEqualTo(9);
  }

  @Test
  void measuresHandlersByKind() {
    metrics.handled("xt_request", 1_000_000);
    metrics.handled("vote", 1_000_000);
    metrics.handled("start_slot", 1_000_000);
    metrics.unrouted();

    for (String type : List.of("xt_request", "vote", "unrouted")) {
      assertThat(
              registry
                  .get(ConsensusMeters.CALLBACK_LATENCY.meterName())
                  .tag("type", type)
                  .timer()
                  .count())
          .isEqualTo(1);
    }
    assertThat(counter(ConsensusMeters.CIRC_MESSAGES, "operation", "unrouted")).isEqualTo(1);
    assertThat(metrics.messagesHandled()).isEqualTo(3);
  }

  @Test
  void registersEveryMeterBeforeAnythingHappens() {
    metrics.watch(() -> new MachineLoad(0, 0, 0));

    for (ConsensusMeters meter : ConsensusMeters.values()) {
      assertThat(registry.find(meter.meterName()).meters())
          .isNotEmpty()
          .allSatisfy(found ->
              assertThat(found.getId().getTags())
                  .extracting("key")
                  .containsExactlyInAnyOrderElementsOf(meter.tags()));
    }
  }

  private static PublisherFact finished(
      XtOutcome outcome, OptionalLong announced, boolean timedOut) {
    return new PublisherFact.Finished(
        new LogRecord.Decided(
            1, XT.id(), outcome, "", "s", List.of(), 0, announced, Duration.ofSeconds(5).toNanos()),
        timedOut);
  }

  private void observe(PublisherFact fact) {
    metrics.observed(List.of(fact));
  }

  private double counter(ConsensusMeters meter, String... tags) {
    return registry.get(meter.meterName()).tags(tags).counter().count();
  }
}
