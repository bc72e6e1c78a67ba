package io.rollcall.system;

import java.io.PrintStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import tools.jackson.databind.JsonNode;

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

  private final boolean tls;

  private Demo(Path repository, boolean tls) {
    this.tls = tls;
    pair = new Pair(repository, Map.of(alice, START, bob, START), tls);
  }

  /**
   * Runs the demo.
   *
   * @param arguments the root of the repository, then optionally {@code --tls} and {@code --stay}
   */
  public static void main(String[] arguments) {
    List<String> options = List.of(arguments);
    Demo demo = new Demo(Path.of(arguments[0]), options.contains("--tls"));
    boolean stay = options.contains("--stay");
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
    alpha.awaitConnected();
    beta.awaitConnected();
    Exchange exchange = new Exchange(alpha, beta, alice, bob);

    out.println();
    out.println("  publisher             " + publisher.http().base() + "   tcp " + address);
    out.println("  alpha   chain " + Pair.ALPHA_CHAIN + "   " + alpha.http().base());
    out.println("  beta    chain " + Pair.BETA_CHAIN + "   " + beta.http().base());

    if (tls) {
      showProof(publisher, exchange);
    }
    showCommit(publisher, exchange);
    showRefusal(publisher, exchange);
    showSilence(publisher, exchange);

    out.println();
    out.println(
        allAsExpected
            ? "All three came out as they should."
            : "NOT all three came out as they should: see above.");
    if (stay) {
      stay(publisher, exchange);
    }
    return allAsExpected;
  }

  /** What both ends know of each other, as their own endpoints say it. */
  private void showProof(ServiceProcess publisher, Exchange exchange) {
    title("0  Both ends prove who they are: handshake v2, on TLS 1.3 with certificates of both");
    for (JsonNode connection :
        publisher.http().json("/actuator/transport").at("/server/connections")) {
      judgeProof("the publisher", connection);
    }
    for (Rollup rollup : List.of(exchange.alpha(), exchange.beta())) {
      judgeProof(rollup.name(), rollup.http().json("/actuator/transport").at("/client/connection"));
    }
  }

  private void judgeProof(String who, JsonNode connection) {
    String handshake = connection.path("handshake").asString();
    boolean onTls = connection.path("tls").asBoolean();
    out.println(
        "   %-13s  talks to %-9s  handshake %s, TLS %s"
            .formatted(
                who, connection.path("identity").asString(), handshake, onTls ? "on" : "OFF"));
    allAsExpected &= handshake.equals("v2") && onTls;
  }

  private void showCommit(ServiceProcess publisher, Exchange exchange) {
    title("1  Commit: Alice pays Bob 30 on alpha, and Bob pays Alice 20 on beta");
    show(publisher, exchange, exchange.xt(30, 20), new Expected("committed", "", 30, 20));
  }

  private void showRefusal(ServiceProcess publisher, Exchange exchange) {
    title("2  Refused by one rollup: Bob pays more on beta than he has");
    show(
        publisher,
        exchange,
        exchange.xt(30, 1_000_000),
        new Expected("aborted", "insufficient balance", 0, 0));
  }

  private void showSilence(ServiceProcess publisher, Exchange exchange) {
    title("3  Silence: beta's sequencer is stopped (SIGSTOP) while the XT waits for its vote");
    String xt = exchange.xt(30, 20);
    Exchange.Balances before = exchange.balances();
    ServiceProcess silent = pair.sequencer(exchange.beta());
    silent.freeze();
    Outcome outcome;
    String id;
    try {
      id = exchange.alpha().submit(xt);
      outcome = Outcome.await(publisher.http(), id, LIMIT);
    } finally {
      silent.thaw();
    }
    judge(exchange, id, before, outcome, new Expected("aborted", "did not vote", 0, 0));
  }

  private void show(ServiceProcess publisher, Exchange exchange, String xt, Expected expected) {
    Exchange.Balances before = exchange.balances();
    String id = exchange.alpha().submit(xt);
    Outcome outcome = Outcome.await(publisher.http(), id, LIMIT);
    judge(exchange, id, before, outcome, expected);
  }

  private void judge(
      Exchange exchange, String id, Exchange.Balances before, Outcome outcome, Expected expected) {
    Outcome onAlpha = Outcome.await(exchange.alpha().http(), id, LIMIT);
    Outcome onBeta = Outcome.await(exchange.beta().http(), id, LIMIT);
    Exchange.Balances after = exchange.balances();
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
    row("alpha  Alice", before.aliceOnAlpha(), after.aliceOnAlpha());
    row("       Bob", before.bobOnAlpha(), after.bobOnAlpha());
    row("beta   Alice", before.aliceOnBeta(), after.aliceOnBeta());
    row("       Bob", before.bobOnBeta(), after.bobOnBeta());

    boolean asExpected =
        outcome.state().equals(expected.state)
            && outcome.reason().contains(expected.reason)
            && onAlpha.state().equals(expected.state)
            && onBeta.state().equals(expected.state)
            && after.equals(before.after(expected.onAlpha, expected.onBeta));
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

  private void stay(ServiceProcess publisher, Exchange exchange) {
    String base = publisher.http().base();
    ServiceProcess alpha = pair.sequencer(exchange.alpha());
    ServiceProcess beta = pair.sequencer(exchange.beta());
    String xt = exchange.xt(1, 1);
    out.println();
    out.println("Everything stays up until Ctrl-C; logs are in " + pair.folder());
    out.println();
    out.println("Submit an XT (once; its transactions have nonces):");
    out.println(
        "  curl -s -H 'Content-Type: application/json' "
            + alpha.http().base()
            + "/v1/xts -d '"
            + xt
            + "'");
    out.println("Look at it (put in the id that came back), or at all of them:");
    out.println("  curl -s " + base + "/v1/xts/ID");
    out.println("  curl -s " + base + "/v1/xts");
    for (ServiceProcess service : List.of(publisher, alpha, beta)) {
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

  /** What must come out: state, a part of the reason, and the amounts that were paid. */
  private record Expected(String state, String reason, long onAlpha, long onBeta) {}
}
