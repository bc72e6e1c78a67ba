package io.rollcall.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Volume;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * The images, on a network of their own, as little privileged as in production: killed where they
 * stand and replaced by new containers on the same volumes.
 */
class ContainersIT {

  private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** As long as the image's own health check lets a start take. */
  private static final Duration START_LIMIT = Duration.ofMinutes(5);

  private static final String TAG = "test";
  private static final Wallet ALICE = new Wallet("Alice");
  private static final Wallet BOB = new Wallet("Bob");

  private static final NodeKey PUBLISHER_KEY = NodeKey.generate();
  private static final NodeKey ALPHA_KEY = NodeKey.generate();
  private static final NodeKey BETA_KEY = NodeKey.generate();

  private static final List<GenericContainer<?>> STARTED = new ArrayList<>();
  private static final String VOLUMES = "rollcall-test-" + UUID.randomUUID() + "-";

  private static DockerClient docker;
  private static Network network;
  private static GenericContainer<?> publisher;
  private static GenericContainer<?> beta;
  private static Exchange exchange;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(
        DockerClientFactory.instance().isDockerAvailable(),
        "no Docker engine answers (DOCKER_HOST); it is needed to run the images");
    docker = DockerClientFactory.instance().client();
    List<String> command = new ArrayList<>(List.of("--built", "--tag", TAG));
    Optional.ofNullable(System.getenv("ROLLCALL_BASE_IMAGE"))
        .ifPresent(base -> command.addAll(List.of("--base", base)));
    Program.at(REPOSITORY.resolve("bin/image")).run(REPOSITORY, command.toArray(String[]::new));
    network = Network.newNetwork();
    publisher = startPublisher();
    GenericContainer<?> alpha = startSequencer("alpha", Pair.ALPHA_CHAIN, ALPHA_KEY);
    beta = startSequencer("beta", Pair.BETA_CHAIN, BETA_KEY);
    exchange =
        new Exchange(
            new Rollup("alpha", Pair.ALPHA_CHAIN, http(alpha, 8090)),
            new Rollup("beta", Pair.BETA_CHAIN, http(beta, 8090)),
            ALICE,
            BOB);
    awaitConnected();
  }

  @AfterAll
  static void stop() {
    STARTED.forEach(GenericContainer::stop);
    if (network != null) {
      network.close();
      for (String name : List.of("publisher", "alpha", "beta")) {
        docker.removeVolumeCmd(VOLUMES + name).exec();
      }
    }
  }

  @Test
  void anXtCommitsOnBothRollups() {
    assertOneCommits();
  }

  @Test
  void anXtOutlivesThePublisherThatIsKilled() {
    Exchange.Balances before = exchange.balances();
    String id = exchange.alpha().submit(exchange.xt(1, 2));
    kill(publisher);
    publisher = startPublisher();

    String state = Outcome.await(exchange.alpha().http(), id, LIMIT).state();
    boolean committed = state.equals("committed");
    String atPublisher = Outcome.await(publisherHttp(), id, LIMIT).state();
    if (committed) {
      assertThat(atPublisher).isEqualTo("committed");
    } else {
      // What never started in time is expired, and so it is to a sequencer that heard of no start.
      assertThat(List.of(state, atPublisher)).isSubsetOf("aborted", "expired");
    }
    assertThat(exchange.balances()).isEqualTo(committed ? before.after(1, 2) : before);
    awaitConnected();
    assertOneCommits();
  }

  @Test
  void anXtThatIsOpenWhenThePublisherIsReplacedEndsTheSameEverywhere() {
    Exchange.Balances before = exchange.balances();
    String xt = exchange.xt(3, 1);
    docker.pauseContainerCmd(beta.getContainerId()).exec();
    String id;
    try {
      id = exchange.alpha().submit(xt);
      Waiting.until(
          "the XT to be announced",
          LIMIT,
          () -> publisherHttp().json("/v1/xts/" + id).path("state").asString("").equals("voting"));
      docker.stopContainerCmd(publisher.getContainerId()).withTimeout(45).exec();
      assertThat(publisher.getCurrentContainerInfo().getState().getExitCodeLong())
          .as("a regular end after SIGTERM")
          .isEqualTo(143);
      publisher = startPublisher();
    } finally {
      docker.unpauseContainerCmd(beta.getContainerId()).exec();
    }

    Outcome outcome = Outcome.await(publisherHttp(), id, LIMIT);
    assertThat(outcome.state()).isEqualTo("aborted");
    assertThat(outcome.reason()).contains("restarted before it was decided");
    assertThat(Outcome.await(exchange.alpha().http(), id, LIMIT).state()).isEqualTo("aborted");
    awaitConnected();
    assertThat(exchange.balances()).isEqualTo(before);
    assertOneCommits();
  }

  @Test
  void theComposeFileRunsTheTrioAndItsDemo() throws Exception {
    Program compose =
        Program.required("docker-compose", "to run docker-compose.yml")
            .with("ROLLCALL_TAG", TAG)
            .with("ROLLCALL_TCP_PORT", "0")
            .with("ROLLCALL_PUBLISHER_PORT", "0")
            .with("ROLLCALL_ALPHA_PORT", "0")
            .with("ROLLCALL_BETA_PORT", "0")
            .with("COMPOSE_PROJECT_NAME", "rollcall-test-" + UUID.randomUUID());
    try {
      compose.run(REPOSITORY, "up", "-d");
      assertThat(compose.run(REPOSITORY, "run", "--rm", "demo")).contains("Both balances moved.");
    } finally {
      compose.run(REPOSITORY, "down", "--volumes", "--timeout", "10");
    }
  }

  private static void assertOneCommits() {
    Exchange.Balances before = exchange.balances();
    String id = exchange.alpha().submit(exchange.xt(3, 2));
    for (HttpApi service :
        List.of(publisherHttp(), exchange.alpha().http(), exchange.beta().http())) {
      assertThat(Outcome.await(service, id, LIMIT).state()).isEqualTo("committed");
    }
    assertThat(exchange.balances()).isEqualTo(before.after(3, 2));
  }

  private static void awaitConnected() {
    exchange.alpha().awaitConnected();
    exchange.beta().awaitConnected();
  }

  private static HttpApi publisherHttp() {
    return http(publisher, 8081);
  }

  private static HttpApi http(GenericContainer<?> container, int port) {
    return new HttpApi("http://" + container.getHost() + ":" + container.getMappedPort(port));
  }

  private static void kill(GenericContainer<?> container) {
    docker.killContainerCmd(container.getContainerId()).withSignal("KILL").exec();
  }

  private static GenericContainer<?> startPublisher() {
    return start(
        "publisher",
        "publisher",
        8081,
        PUBLISHER_KEY,
        Map.of(
            "AUTH_TRUSTEDSEQUENCERS_ALPHA_PUBLICKEYS", ALPHA_KEY.publicKey(),
            "AUTH_TRUSTEDSEQUENCERS_ALPHA_CHAINIDS", Long.toString(Pair.ALPHA_CHAIN),
            "AUTH_TRUSTEDSEQUENCERS_BETA_PUBLICKEYS", BETA_KEY.publicKey(),
            "AUTH_TRUSTEDSEQUENCERS_BETA_CHAINIDS", Long.toString(Pair.BETA_CHAIN)));
  }

  private static GenericContainer<?> startSequencer(String name, long chain, NodeKey key) {
    String genesis =
        "{\"sequencer\":{\"execution\":{\"genesis\":{\"[%s]\":1000,\"[%s]\":1000}}}}"
            .formatted(ALICE.address(), BOB.address());
    return start(
        name,
        "sequencer",
        8090,
        key,
        Map.of(
            "SEQUENCER_CHAIN_ID",
            Long.toString(chain),
            "TRANSPORT_SERVER_ADDR",
            "publisher:8080",
            "TRANSPORT_RECONNECT_DELAY",
            "200ms",
            "AUTH_SERVER_PUBLIC_KEY",
            PUBLISHER_KEY.publicKey(),
            "SPRING_APPLICATION_JSON",
            genesis));
  }

  private static GenericContainer<?> start(
      String name, String image, int http, NodeKey key, Map<String, String> environment) {
    GenericContainer<?> container =
        new GenericContainer<>(DockerImageName.parse("rollcall/" + image + ":" + TAG))
            .withImagePullPolicy(ours -> false)
            .withNetwork(network)
            .withNetworkAliases(name)
            .withExposedPorts(http)
            .withEnv("AUTH_ENABLED", "true")
            .withEnv("AUTH_PRIVATE_KEY", key.secret())
            .withEnv(environment)
            .withCreateContainerCmdModifier(command ->
                Objects.requireNonNull(command.getHostConfig())
                    .withReadonlyRootfs(true)
                    .withTmpFs(Map.of("/tmp", "exec"))
                    .withCapDrop(Capability.ALL)
                    .withMemory(768L << 20)
                    .withBinds(new Bind(VOLUMES + name, new Volume("/var/lib/rollcall/data"))))
            .waitingFor(
                Wait.forHttp("/actuator/health/readiness")
                    .forPort(http)
                    .withStartupTimeout(START_LIMIT));
    STARTED.add(container);
    container.start();
    return container;
  }
}
