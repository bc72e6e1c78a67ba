package io.rollcall.system;

import java.io.PrintStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * What {@code bin/demo} runs: starts the pair, sends three XTs and shows what came of them. It
 * judges by asking the services over HTTP; the exit code is 0 only if all three came out as they
 * should.
 */
public final class Demo {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final long START = 1000;

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private final Wallet alice = new Wallet("Alice");
  private final Wallet bob = new Wallet("Bob");
  private final Pair pair;
  private boolean allAsExpected = true;

  private Demo(Path repository) {
    pair = new Pair(repository, Map.of(alice, START, bob, START));
  }

  /**
   * Runs the demo.
   *
   * @param arguments the root of the repository, then optionally {@code --stay}
   */
  public static void main(String[] arguments) {
    Demo demo = new Demo(Path.of(arguments[0]));
    boolean stay = List.of(arguments).contains("--stay");
    // Whatever ends this program, Ctrl-C included, ends the services too.
    Thread cleanup = new Thread(demo.pair::close, "demo-cleanup");
    Runtime.getRuntime().addShutdownHook(cleanup);
    try {
      System.exit(demo.run(stay) ? 0 : 1);
    } catch (IllegalStateException failed) {
      if (!cleanup.isAlive()) {
        System.err.println("The demo failed: " + failed.getMessage());
        System.exit(1);
      }
    }
  }

  private boolean run(boolean stay) {
    out.println("Starting one publisher and two sequencers (a few seconds) ...");
    ServiceProcess publisher = pair.startPublisher();
    String address = Pair.tcpAddress(publisher);
    Rollup alpha = pair.startAlpha(address);
    Rollup beta = pair.startBeta(address);
    awaitConnected(alpha);
    awaitConnected(beta);

    out.println();
    out.println("  publisher             " + publisher.http().base() + "   tcp " + address);
    out.println("  alpha   chain " + Pair.ALPHA_CHAIN + "   " + alpha.sequencer().http().base());
    out.println("  beta    chain " + Pair.BETA_CHAIN + "   " + beta.sequencer().http().base());

    showCommit(publisher, alpha, beta);
    showRefusal(publisher, alpha, beta);
    showSilence(publisher, alpha, beta);

    out.println();
    out.println(
        allAsExpected
            ? "All three came out as they should."
            : "NOT all three came out as they should: see above.");
    if (stay) {
      stay(publisher, alpha, beta);
    }
    return allAsExpected;
  }

  private static void awaitConnected(Rollup rollup) {
    Waiting.until(
        rollup.name() + " to reach the publisher",
        LIMIT,
        () -> rollup.sequencer().http().status("/actuator/health/publisher") == 200);
  }

  private void showCommit(ServiceProcess publisher, Rollup alpha, Rollup beta) {
    title("1  Commit: Alice pays Bob 30 on alpha, and Bob pays Alice 20 on beta");
    show(
        publisher,
        alpha,
        beta,
        payment(alpha, beta, 30, 20),
        new Expected("committed", "", -30, 30, 20, -20));
  }

  private void showRefusal(ServiceProcess publisher, Rollup alpha, Rollup beta) {
    title("2  Refused by one rollup: Bob pays more on beta than he has");
    show(
        publisher,
        alpha,
        beta,
        payment(alpha, beta, 30, 1_000_000),
        new Expected("aborted", "insufficient balance", 0, 0, 0, 0));
  }

  private void showSilence(ServiceProcess publisher, Rollup alpha, Rollup beta) {
    title("3  Silence: beta's sequencer is stopped (SIGSTOP) while the XT waits for its vote");
    String xt = payment(alpha, beta, 30, 20);
    Balances before = Balances.of(alpha, beta, alice, bob);
    beta.sequencer().freeze();
    Outcome outcome;
    String id;
    try {
      id = alpha.submit(xt);
      outcome = Outcome.await(publisher, id, LIMIT);
    } finally {
      beta.sequencer().thaw();
    }
    judge(alpha, beta, id, before, outcome, new Expected("aborted", "did not vote", 0, 0, 0, 0));
  }

  private String payment(Rollup alpha, Rollup beta, long onAlpha, long onBeta) {
    return Rollup.xt(
        alpha,
        alice.transfer(alpha.chainId(), alpha.nonce(alice), bob, onAlpha),
        beta,
        bob.transfer(beta.chainId(), beta.nonce(bob), alice, onBeta));
  }

  private void show(
      ServiceProcess publisher, Rollup alpha, Rollup beta, String xt, Expected expected) {
    Balances before = Balances.of(alpha, beta, alice, bob);
    String id = alpha.submit(xt);
    Outcome outcome = Outcome.await(publisher, id, LIMIT);
    judge(alpha, beta, id, before, outcome, expected);
  }

  private void judge(
      Rollup alpha, Rollup beta, String id, Balances before, Outcome outcome, Expected expected) {
    Outcome onAlpha = Outcome.await(alpha.sequencer(), id, LIMIT);
    Outcome onBeta = Outcome.await(beta.sequencer(), id, LIMIT);
    Balances after = Balances.of(alpha, beta, alice, bob);
    out.println("   XT " + id);
    out.println(
        "   publisher says "
            + outcome.state()
            + (outcome.reason().isEmpty() ? "" : ": " + outcome.reason()));
    out.println(
        "   votes "
            + String.join(", ", outcome.votes())
            + "; alpha says "
            + onAlpha.state()
            + ", beta says "
            + onBeta.state());
    out.println("   balance            before      after");
    row("alpha  Alice", before.aliceOnAlpha, after.aliceOnAlpha);
    row("       Bob", before.bobOnAlpha, after.bobOnAlpha);
    row("beta   Alice", before.aliceOnBeta, after.aliceOnBeta);
    row("       Bob", before.bobOnBeta, after.bobOnBeta);

    boolean asExpected =
        outcome.state().equals(expected.state)
            && outcome.reason().contains(expected.reason)
            && onAlpha.state().equals(expected.state)
            && onBeta.state().equals(expected.state)
            && after.equals(before.plus(expected));
    allAsExpected &= asExpected;
    out.println(asExpected ? "   as it should be" : "   NOT AS IT SHOULD BE, expected " + expected);
  }

  private void title(String text) {
    out.println();
    out.println(text);
  }

  private void row(String who, BigInteger before, BigInteger after) {
    out.printf("   %-14s %10d %10d%n", who, before, after);
  }

  private void stay(ServiceProcess publisher, Rollup alpha, Rollup beta) {
    String base = publisher.http().base();
    String xt = payment(alpha, beta, 1, 1);
    out.println();
    out.println("Everything stays up until Ctrl-C; logs are in " + pair.folder());
    out.println();
    out.println("Submit an XT (once; its transactions have nonces):");
    out.println(
        "  curl -s -H 'Content-Type: application/json' "
            + alpha.sequencer().http().base()
            + "/v1/xts -d '"
            + xt
            + "'");
    out.println("Look at it (put in the id that came back), or at all of them:");
    out.println("  curl -s " + base + "/v1/xts/ID");
    out.println("  curl -s " + base + "/v1/xts");
    for (ServiceProcess service : List.of(publisher, alpha.sequencer(), beta.sequencer())) {
      out.println("Health and metrics:");
      out.println("  curl -s " + service.http().base() + "/actuator/health");
      out.println("  curl -s " + service.http().base() + "/actuator/prometheus");
    }
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** What must come out: state, a part of the reason, and how each balance changes. */
  private record Expected(
      String state,
      String reason,
      long aliceOnAlpha,
      long bobOnAlpha,
      long aliceOnBeta,
      long bobOnBeta) {}

  /** Everybody's money. */
  private record Balances(
      BigInteger aliceOnAlpha,
      BigInteger bobOnAlpha,
      BigInteger aliceOnBeta,
      BigInteger bobOnBeta) {

    static Balances of(Rollup alpha, Rollup beta, Wallet alice, Wallet bob) {
      return new Balances(
          alpha.balance(alice), alpha.balance(bob), beta.balance(alice), beta.balance(bob));
    }

    Balances plus(Expected change) {
      return new Balances(
          aliceOnAlpha.add(BigInteger.valueOf(change.aliceOnAlpha)),
          bobOnAlpha.add(BigInteger.valueOf(change.bobOnAlpha)),
          aliceOnBeta.add(BigInteger.valueOf(change.aliceOnBeta)),
          bobOnBeta.add(BigInteger.valueOf(change.bobOnBeta)));
    }
  }
}
