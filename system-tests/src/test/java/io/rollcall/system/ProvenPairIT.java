package io.rollcall.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The packaged jars with handshake v2 and mutual TLS, as {@code bin/demo --tls} has them. */
class ProvenPairIT {

  private static final Wallet ALICE = new Wallet("Alice");
  private static final Wallet BOB = new Wallet("Bob");
  private static final Pair PAIR =
      new Pair(Path.of("..").toAbsolutePath().normalize(), Map.of(ALICE, 1000L, BOB, 1000L), true);

  private static final NodeKey GAMMA = NodeKey.generate();

  private static ServiceProcess publisher;
  private static Rollup alpha;
  private static Rollup beta;

  @BeforeAll
  static void start() {
    publisher = PAIR.startPublisher("--auth.trusted-sequencers.gamma=" + GAMMA.publicKey());
    String address = Pair.tcpAddress(publisher);
    alpha = PAIR.startAlpha(address);
    beta = PAIR.startBeta(address);
    alpha.awaitConnected();
    beta.awaitConnected();
  }

  @AfterAll
  static void stop() {
    PAIR.close();
  }

  @Test
  void bothEndsKnowWhoTheyTalkToAndOneXtCommits() {
    for (JsonNode connection :
        publisher.http().json("/actuator/transport").at("/server/connections")) {
      assertThat(connection.path("identity").asString()).isIn("alpha", "beta");
      assertProven(connection);
    }
    JsonNode toPublisher = alpha.http().json("/actuator/transport").at("/client/connection");
    assertThat(toPublisher.path("identity").asString()).isEqualTo("publisher");
    assertProven(toPublisher);

    Commit.assertOneCommits(publisher, new Exchange(alpha, beta, ALICE, BOB));
  }

  @Test
  void aSequencerThatExpectsAnotherPublisherSaysSoAndDoesNotConnect() {
    NodeKey expected = NodeKey.generate();
    ServiceProcess gamma = PAIR.startOther(GAMMA, Pair.tcpAddress(publisher), expected);

    gamma.awaitInLog(
        Pattern.compile(
            "cannot connect: (handshake failed: the server's public key is [0-9a-f]{66}, and "
                + expected.publicKey()
                + " was expected)"));
    publisher.awaitInLog(Pattern.compile("(the peer broke off: the client does not accept)"));
    assertThat(gamma.http().status("/actuator/health/publisher")).isEqualTo(503);
  }

  private static void assertProven(JsonNode connection) {
    assertThat(connection.path("handshake").asString()).isEqualTo("v2");
    assertThat(connection.path("tls").asBoolean()).isTrue();
    assertThat(connection.path("compression").asString()).isEqualTo("zstd");
  }
}
