package io.rollcall.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** One transaction across two rollups: the packaged jars as processes, authentication on. */
class PairIT {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Wallet ALICE = new Wallet("Alice");
  private static final Wallet BOB = new Wallet("Bob");
  private static final Pair PAIR =
      new Pair(Path.of("..").toAbsolutePath().normalize(), Map.of(ALICE, 1000L, BOB, 1000L));

  private static ServiceProcess publisher;
  private static CuttableProxy wireOfBeta;
  private static Rollup alpha;
  private static Rollup beta;
  private static Exchange exchange;

  @BeforeAll
  static void start() {
    publisher = PAIR.startPublisher("--publisher.scp.timeout=4s");
    String address = Pair.tcpAddress(publisher);
    wireOfBeta = new CuttableProxy(address);
    alpha = PAIR.startAlpha(address);
    beta = PAIR.startBeta(wireOfBeta.address());
    alpha.awaitConnected();
    beta.awaitConnected();
    exchange = new Exchange(alpha, beta, ALICE, BOB);
  }

  @AfterAll
  static void stop() {
    if (wireOfBeta != null) {
      wireOfBeta.close();
    }
    PAIR.close();
  }

  @Test
  void bothRollupsApplyWhatBothAccept() {
    Commit.assertOneCommits(publisher, exchange);
  }

  @Test
  void nothingHappensWhenOneRollupRefuses() {
    Exchange.Balances before = exchange.balances();
    String id = alpha.submit(exchange.xt(30, 1_000_000));

    Outcome outcome = Outcome.await(publisher.http(), id, LIMIT);
    assertThat(outcome.state()).isEqualTo("aborted");
    assertThat(outcome.reason()).contains("chain 77777 voted no").contains("insufficient balance");
    assertThat(Outcome.await(alpha.http(), id, LIMIT).state()).isEqualTo("aborted");
    assertThat(Outcome.await(beta.http(), id, LIMIT).state()).isEqualTo("aborted");
    assertThat(exchange.balances()).isEqualTo(before);
  }

  @Test
  void aSilentSequencerMakesItAbortAndLearnsSoWhenItIsBack() {
    Exchange.Balances before = exchange.balances();
    String xt = exchange.xt(30, 20);
    String id;
    PAIR.sequencer(beta).freeze();
    try {
      id = alpha.submit(xt);
      Outcome outcome = Outcome.await(publisher.http(), id, LIMIT);
      assertThat(outcome.state()).isEqualTo("aborted");
      assertThat(outcome.reason()).isEqualTo("chain 77777 did not vote within 4s");
    } finally {
      PAIR.sequencer(beta).thaw();
    }
    assertThat(Outcome.await(beta.http(), id, LIMIT).state()).isEqualTo("aborted");
    assertThat(exchange.balances()).isEqualTo(before);
  }

  @Test
  void theSameXtAgainIsAnsweredAndNotRunAgain() {
    String xt = exchange.xt(10, 10);
    String id = alpha.submit(xt);
    assertThat(Outcome.await(alpha.http(), id, LIMIT).state()).isEqualTo("committed");
    assertThat(Outcome.await(beta.http(), id, LIMIT).state()).isEqualTo("committed");
    Exchange.Balances after = exchange.balances();

    assertThat(beta.submit(xt)).isEqualTo(id);

    assertThat(Outcome.await(beta.http(), id, LIMIT).state()).isEqualTo("committed");
    assertThat(Outcome.await(publisher.http(), id, LIMIT).state()).isEqualTo("committed");
    assertThat(exchange.balances()).isEqualTo(after);
  }

  @Test
  void aSequencerThatReconnectsGetsTheOpenXtAgainAndItCommits() {
    Exchange.Balances before = exchange.balances();
    wireOfBeta.hold();
    String id = alpha.submit(exchange.xt(5, 5));
    Waiting.until(
        "the start to be sent to beta in vain", LIMIT, () -> wireOfBeta.bytesHeldBack() > 0);

    wireOfBeta.cut();

    assertThat(Outcome.await(publisher.http(), id, LIMIT).state()).isEqualTo("committed");
    assertThat(Outcome.await(beta.http(), id, LIMIT).state()).isEqualTo("committed");
    assertThat(Outcome.await(alpha.http(), id, LIMIT).state()).isEqualTo("committed");
    assertThat(exchange.balances()).isEqualTo(before.after(5, 5));
  }

  @Test
  void aStrangersKeyIsRefusedAndToldSo() {
    ServiceProcess stranger = PAIR.startStranger(Pair.tcpAddress(publisher));
    Waiting.until(
        "the stranger to hear that it is refused",
        LIMIT,
        () -> stranger.log().contains("untrusted public key - connection rejected"));
    assertThat(stranger.http().status("/actuator/health/publisher")).isEqualTo(503);
    assertThat(publisher.http().json("/ready").get("connections").asInt()).isEqualTo(2);
  }

  @Test
  void whatDurabilityCostsIsShownByBothServices() {
    String id = alpha.submit(exchange.xt(3, 4));
    assertThat(Outcome.await(alpha.http(), id, LIMIT).state()).isEqualTo("committed");

    for (ServiceProcess service : List.of(publisher, PAIR.sequencer(alpha))) {
      assertThat(service.http().text("/actuator/prometheus"))
          .contains(
              "rollcall_storage_syncs_total ",
              "rollcall_storage_sync_duration_seconds_count ",
              "rollcall_storage_xts_per_sync_count ",
              "rollcall_storage_recovery_duration_seconds ",
              "rollcall_xts_open ");
    }
    assertThat(alpha.http().text("/actuator/prometheus")).contains("rollcall_xts_in_doubt 0.0");
  }

  @Test
  void nobodyEndsWhatIsInDoubtOverHttpUnlessThatWasSwitchedOn() {
    assertThat(alpha.http().status("/actuator/doubt")).isEqualTo(404);
  }
}
