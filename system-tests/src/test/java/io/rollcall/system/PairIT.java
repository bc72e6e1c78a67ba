package io.rollcall.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
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

  @BeforeAll
  static void start() {
    publisher = PAIR.startPublisher("--publisher.scp.timeout=4s");
    String address = Pair.tcpAddress(publisher);
    wireOfBeta = new CuttableProxy(address);
    alpha = PAIR.startAlpha(address);
    beta = PAIR.startBeta(wireOfBeta.address());
    awaitConnected(alpha);
    awaitConnected(beta);
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
    Money before = Money.now();
    String id = alpha.submit(payment(30, 20));

    assertThat(Outcome.await(publisher, id, LIMIT).state()).isEqualTo("committed");
    assertThat(Outcome.await(alpha.sequencer(), id, LIMIT).state()).isEqualTo("committed");
    assertThat(Outcome.await(beta.sequencer(), id, LIMIT).state()).isEqualTo("committed");
    assertThat(Money.now()).isEqualTo(before.aliceToBobOnAlpha(30).bobToAliceOnBeta(20));
  }

  @Test
  void nothingHappensWhenOneRollupRefuses() {
    Money before = Money.now();
    String id = alpha.submit(payment(30, 1_000_000));

    Outcome outcome = Outcome.await(publisher, id, LIMIT);
    assertThat(outcome.state()).isEqualTo("aborted");
    assertThat(outcome.reason()).contains("chain 77777 voted no").contains("insufficient balance");
    assertThat(Outcome.await(alpha.sequencer(), id, LIMIT).state()).isEqualTo("aborted");
    assertThat(Outcome.await(beta.sequencer(), id, LIMIT).state()).isEqualTo("aborted");
    assertThat(Money.now()).isEqualTo(before);
  }

  @Test
  void aSilentSequencerMakesItAbortAndLearnsSoWhenItIsBack() {
    Money before = Money.now();
    String xt = payment(30, 20);
    String id;
    beta.sequencer().freeze();
    try {
      id = alpha.submit(xt);
      Outcome outcome = Outcome.await(publisher, id, LIMIT);
      assertThat(outcome.state()).isEqualTo("aborted");
      assertThat(outcome.reason()).isEqualTo("chain 77777 did not vote within 4s");
    } finally {
      beta.sequencer().thaw();
    }
    assertThat(Outcome.await(beta.sequencer(), id, LIMIT).state()).isEqualTo("aborted");
    assertThat(Money.now()).isEqualTo(before);
  }

  @Test
  void theSameXtAgainIsAnsweredAndNotRunAgain() {
    String xt = payment(10, 10);
    String id = alpha.submit(xt);
    assertThat(Outcome.await(alpha.sequencer(), id, LIMIT).state()).isEqualTo("committed");
    assertThat(Outcome.await(beta.sequencer(), id, LIMIT).state()).isEqualTo("committed");
    Money after = Money.now();

    assertThat(beta.submit(xt)).isEqualTo(id);

    assertThat(Outcome.await(beta.sequencer(), id, LIMIT).state()).isEqualTo("committed");
    assertThat(Outcome.await(publisher, id, LIMIT).state()).isEqualTo("committed");
    assertThat(Money.now()).isEqualTo(after);
  }

  @Test
  void aSequencerThatReconnectsGetsTheOpenXtAgainAndItCommits() {
    Money before = Money.now();
    wireOfBeta.hold();
    String id = alpha.submit(payment(5, 5));
    Waiting.until(
        "the start to be sent to beta in vain", LIMIT, () -> wireOfBeta.bytesHeldBack() > 0);

    wireOfBeta.cut();

    assertThat(Outcome.await(publisher, id, LIMIT).state()).isEqualTo("committed");
    assertThat(Outcome.await(beta.sequencer(), id, LIMIT).state()).isEqualTo("committed");
    assertThat(Outcome.await(alpha.sequencer(), id, LIMIT).state()).isEqualTo("committed");
    assertThat(Money.now()).isEqualTo(before.aliceToBobOnAlpha(5).bobToAliceOnBeta(5));
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

  private static void awaitConnected(Rollup rollup) {
    Waiting.until(
        rollup.name() + " to reach the publisher",
        LIMIT,
        () -> rollup.sequencer().http().status("/actuator/health/publisher") == 200);
  }

  private static String payment(long onAlpha, long onBeta) {
    return Rollup.xt(
        alpha,
        ALICE.transfer(alpha.chainId(), alpha.nonce(ALICE), BOB, onAlpha),
        beta,
        BOB.transfer(beta.chainId(), beta.nonce(BOB), ALICE, onBeta));
  }

  /** Everybody's balances, on both rollups. */
  private record Money(
      BigInteger aliceOnAlpha,
      BigInteger bobOnAlpha,
      BigInteger aliceOnBeta,
      BigInteger bobOnBeta) {

    static Money now() {
      return new Money(
          alpha.balance(ALICE), alpha.balance(BOB), beta.balance(ALICE), beta.balance(BOB));
    }

    Money aliceToBobOnAlpha(long wei) {
      BigInteger amount = BigInteger.valueOf(wei);
      return new Money(
          aliceOnAlpha.subtract(amount), bobOnAlpha.add(amount), aliceOnBeta, bobOnBeta);
    }

    Money bobToAliceOnBeta(long wei) {
      BigInteger amount = BigInteger.valueOf(wei);
      return new Money(
          aliceOnAlpha, bobOnAlpha, aliceOnBeta.add(amount), bobOnBeta.subtract(amount));
    }
  }
}
