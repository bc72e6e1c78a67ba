package io.rollcall.system;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * The program behind {@code docker compose run --rm demo}: sends one XT to services that run
 * elsewhere, and looks whether both rollups agree on what came of it. Exit code 0 when it committed
 * and both balances moved, 1 when not, 2 for wrong arguments.
 */
public final class OneExchange {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  /** Whose genesis docker-compose.yml names. */
  private static final Wallet ALICE = new Wallet("Alice");

  private static final Wallet BOB = new Wallet("Bob");

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private OneExchange() {}

  /**
   * Runs it and exits.
   *
   * @param arguments the HTTP address of the publisher, then the chain and the HTTP address of each
   *     sequencer: {@code http://publisher:8081 55555 http://alpha:8090 77777 http://beta:8090}
   */
  public static void main(String[] arguments) {
    if (arguments.length != 5) {
      System.err.println(
          "expected the publisher's HTTP address, then chain id and HTTP address of two sequencers");
      System.exit(2);
    }
    try {
      HttpApi publisher = new HttpApi(arguments[0]);
      Rollup alpha = rollup("alpha", arguments[1], arguments[2]);
      Rollup beta = rollup("beta", arguments[3], arguments[4]);
      System.exit(new OneExchange().run(publisher, alpha, beta) ? 0 : 1);
    } catch (NumberFormatException wrong) {
      System.err.println("expected a chain id in decimal: " + wrong.getMessage());
      System.exit(2);
    } catch (RuntimeException failed) {
      System.err.println("The demo failed: " + failed.getMessage());
      System.exit(1);
    }
  }

  private static Rollup rollup(String name, String chainId, String address) {
    return new Rollup(name, Long.parseLong(chainId), new HttpApi(address));
  }

  private boolean run(HttpApi publisher, Rollup alpha, Rollup beta) {
    out.println("Waiting for both sequencers to reach the publisher ...");
    alpha.awaitConnected();
    beta.awaitConnected();

    Exchange exchange = new Exchange(alpha, beta, ALICE, BOB);
    Exchange.Balances before = exchange.balances();
    out.println("Alice pays Bob 30 on alpha, and Bob pays Alice 20 on beta, in one XT");
    String id = alpha.submit(exchange.xt(30, 20));
    List<Outcome> outcomes =
        List.of(
            Outcome.await(publisher, id, LIMIT),
            Outcome.await(alpha.http(), id, LIMIT),
            Outcome.await(beta.http(), id, LIMIT));
    Exchange.Balances after = exchange.balances();

    out.println("  XT " + id);
    out.printf(
        "  the publisher says %s, alpha %s, beta %s%n",
        outcomes.stream().map(Outcome::state).toArray());
    if (!outcomes.getFirst().reason().isEmpty()) {
      out.println("  because " + outcomes.getFirst().reason());
    }
    out.printf("  alpha: Bob had %d and has %d%n", before.bobOnAlpha(), after.bobOnAlpha());
    out.printf("  beta: Alice had %d and has %d%n", before.aliceOnBeta(), after.aliceOnBeta());

    boolean committed =
        outcomes.stream().allMatch(outcome -> outcome.state().equals("committed"))
            && after.equals(before.after(30, 20));
    out.println(committed ? "Both balances moved." : "NOT as it should be.");
    return committed;
  }
}
