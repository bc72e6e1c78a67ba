package io.rollcall.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.service.testing.PostgresServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * The publisher's PostgreSQL goes away and comes back; its sequencers are on files of their own.
 */
@EnabledIf(
    value = "io.rollcall.service.testing.PostgresServer#isAvailable",
    disabledReason = "no PostgreSQL is installed under /usr/lib/postgresql")
class DatabaseAwayIT {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Wallet ALICE = new Wallet("Alice");
  private static final Wallet BOB = new Wallet("Bob");

  @Test
  void nothingIsDecidedMeanwhileAndItGoesOnByItself() {
    try (PostgresServer server = PostgresServer.start();
        Pair pair = new Pair(Path.of(".."), Map.of(ALICE, 1_000L, BOB, 1_000L))) {
      ServiceProcess publisher =
          pair.startPublisher(
              "--publisher.storage.url=" + server.url(),
              "--publisher.storage.username=" + server.user());
      String address = Pair.tcpAddress(publisher);
      Rollup alpha = pair.startAlpha(address);
      Rollup beta = pair.startBeta(address);
      alpha.awaitConnected();
      beta.awaitConnected();
      Exchange exchange = new Exchange(alpha, beta, ALICE, BOB);
      Commit.assertOneCommits(publisher, exchange);
      Exchange.Balances before = exchange.balances();

      server.stop();
      String id = alpha.submit(exchange.xt(30, 20));
      Waiting.until(
          "the publisher to be unready",
          LIMIT,
          () -> publisher.http().status("/actuator/health/readiness") == 503);
      assertThat(publisher.http().status("/actuator/health/liveness")).isEqualTo(200);
      assertThat(publisher.http().text("/actuator/health/readiness"))
          .containsAnyOf("cannot be used", "cannot be read");
      assertThat(exchange.balances()).isEqualTo(before);

      server.startAgain();

      assertThat(Outcome.await(alpha.http(), id, LIMIT).state()).isEqualTo("committed");
      assertThat(Outcome.await(beta.http(), id, LIMIT).state()).isEqualTo("committed");
      assertThat(Outcome.await(publisher.http(), id, LIMIT).state()).isEqualTo("committed");
      assertThat(exchange.balances()).isEqualTo(before.after(30, 20));
      Waiting.until(
          "the publisher to be ready again",
          LIMIT,
          () -> publisher.http().status("/actuator/health/readiness") == 200);
      assertThat(publisher.log())
          .containsAnyOf("it is asked again", "is away; nothing is decided until it is back");
    }
  }
}
