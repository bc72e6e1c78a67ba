package io.rollcall.transport.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.ConnectionListener;
import io.rollcall.transport.MessageHandler;
import io.rollcall.transport.TransportClient;
import io.rollcall.transport.TransportServer;
import io.rollcall.transport.actuate.TransportEndpoint;
import io.rollcall.transport.actuate.TrustedSequencersEndpoint;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.auth.Signer;
import io.rollcall.transport.event.TransportEventPublisher;
import io.rollcall.transport.health.TransportClientHealthIndicator;
import io.rollcall.transport.health.TransportServerHealthIndicator;
import io.rollcall.transport.lifecycle.TransportClientLifecycle;
import io.rollcall.transport.lifecycle.TransportServerLifecycle;
import io.rollcall.transport.metrics.MicrometerTransportMetrics;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.replay.ReplayFile;
import io.rollcall.transport.session.ReplayMarks;
import io.rollcall.transport.testing.FakeTransportClient;
import io.rollcall.transport.testing.FakeTransportServer;
import io.rollcall.transport.testing.LogCapture;
import io.rollcall.transport.testing.TestKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class TransportAutoConfigurationTests {

  private static final String LISTEN = "transport.listen-addr=127.0.0.1:0";

  /** Port 9 is discard: nobody listens there. */
  private static final String SERVER = "transport.server-addr=127.0.0.1:9";

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  TransportAutoConfiguration.class,
                  TransportServerAutoConfiguration.class,
                  TransportClientAutoConfiguration.class,
                  TransportMetricsAutoConfiguration.class,
                  TransportHealthAutoConfiguration.class,
                  TransportEndpointAutoConfiguration.class))
          .withPropertyValues("management.endpoints.web.exposure.include=transport");

  @Test
  void withoutAddressesThereIsNeitherServerNorClient() {
    runner.run(context ->
        assertThat(context)
            .hasNotFailed()
            .doesNotHaveBean(TransportServer.class)
            .doesNotHaveBean(TransportClient.class)
            .doesNotHaveBean(TransportServerHealthIndicator.class)
            .doesNotHaveBean(TransportClientHealthIndicator.class)
            .hasSingleBean(TransportEndpoint.class));
  }

  @Test
  void emptyAddressesCountAsNone() {
    runner
        .withPropertyValues("transport.listen_addr=", "transport.server_addr= ")
        .run(context ->
            assertThat(context)
                .hasNotFailed()
                .doesNotHaveBean(TransportServer.class)
                .doesNotHaveBean(TransportClient.class));
  }

  @Test
  void aListenAddressMakesAServerThatListens() {
    runner
        .withPropertyValues(LISTEN)
        .run(context -> {
          assertThat(context)
              .hasNotFailed()
              .hasSingleBean(TransportServer.class)
              .hasSingleBean(TransportServerLifecycle.class)
              .hasSingleBean(TransportServerHealthIndicator.class)
              .doesNotHaveBean(TransportClient.class);
          assertThat(context.getBean(TransportServer.class).address().getPort()).isPositive();
        });
  }

  @Test
  void aServerAddressMakesAClientAndStartsWithoutTheServer() {
    runner
        .withPropertyValues(SERVER)
        .run(context -> {
          assertThat(context)
              .hasNotFailed()
              .hasSingleBean(TransportClient.class)
              .hasSingleBean(TransportClientLifecycle.class)
              .hasSingleBean(TransportClientHealthIndicator.class)
              .doesNotHaveBean(TransportServer.class);
          assertThat(context.getBean(TransportClient.class).isConnected()).isFalse();
        });
  }

  @Test
  void bothAddressesMakeBoth() {
    runner
        .withPropertyValues("transport.listen_addr=127.0.0.1:0", SERVER)
        .run(context ->
            assertThat(context)
                .hasNotFailed()
                .hasSingleBean(TransportServer.class)
                .hasSingleBean(TransportClient.class));
  }

  @Test
  void anApplicationsOwnServerAndClientAreRunInstead() {
    runner
        .withPropertyValues(LISTEN, SERVER)
        .withBean(FakeTransportServer.class)
        .withBean(FakeTransportClient.class)
        .run(context -> {
          assertThat(context)
              .hasSingleBean(TransportServer.class)
              .hasSingleBean(TransportClient.class);
          assertThat(context.getBean(FakeTransportServer.class).isRunning()).isTrue();
          assertThat(context.getBean(FakeTransportClient.class).calls)
              .containsExactly("connectInBackground");
        });
  }

  @Test
  void anApplicationsOwnHandlerReplacesThatHalfOfTheEventPublisher() {
    MessageHandler own = message -> {};
    runner
        .withBean(MessageHandler.class, () -> own)
        .withUserConfiguration(WhoIsChosen.class)
        .run(context -> {
          Chosen chosen = context.getBean(Chosen.class);
          assertThat(chosen.handler()).isSameAs(own);
          assertThat(chosen.listener()).isInstanceOf(TransportEventPublisher.class);
        });
  }

  @Test
  void anApplicationsOwnListenerReplacesThatHalfOfTheEventPublisher() {
    runner
        .withBean(OwnListener.class)
        .withUserConfiguration(WhoIsChosen.class)
        .run(context -> {
          Chosen chosen = context.getBean(Chosen.class);
          assertThat(chosen.handler()).isInstanceOf(TransportEventPublisher.class);
          assertThat(chosen.listener()).isInstanceOf(OwnListener.class);
        });
  }

  @Test
  void saysAtEveryStartThatAuthenticationIsOff() {
    try (LogCapture log = LogCapture.of(TransportServerAutoConfiguration.class)) {
      runner.withPropertyValues(LISTEN).run(context -> assertThat(context).hasNotFailed());

      assertThat(log.lines(Level.WARN))
          .containsExactly(
              "Authentication is off (auth.enabled=false): anybody may connect and vote");
    }
  }

  @Test
  void saysNothingOfTheKindWhenAuthenticationIsOn() {
    try (LogCapture log = LogCapture.of("io.rollcall.transport.autoconfigure")) {
      runner
          .withPropertyValues(
              LISTEN,
              "auth.enabled=true",
              "auth.private-key=" + TestKeys.privateKeyHex("publisher"))
          .run(context ->
              assertThat(context.getBean(AuthManager.class).publicKey())
                  .isEqualTo(TestKeys.publicKey("publisher")));

      assertThat(log.lines(Level.WARN))
          .containsExactly(
              "A hello that is replayed after a restart is not detected: auth.replay-file is not"
                  + " set");
    }
  }

  @Test
  void warnsOfAGeneratedKeyWithItsPublicHalfOnly() {
    try (LogCapture log = LogCapture.of("io.rollcall.transport.autoconfigure")) {
      runner
          .withPropertyValues("auth.enabled=true", "auth.private-key=")
          .run(context -> {
            AuthManager auth = context.getBean(AuthManager.class);
            assertThat(log.lines(Level.WARN))
                .singleElement()
                .asString()
                .contains("changes at each start")
                .contains(auth.publicKey().hex())
                .contains(auth.address());
          });
    }
  }

  @Test
  void theReplayFileIsThereWhileTheServerIsAndReleasedAfterIt(@TempDir Path folder) {
    Path file = folder.resolve("new/replay");
    var secure = runner.withPropertyValues(LISTEN, "auth.enabled=true", "auth.replay-file=" + file);
    for (int start = 0; start < 2; start++) {
      secure.run(context -> {
        assertThat(context)
            .hasNotFailed()
            .hasSingleBean(ReplayFile.class)
            .hasBean("replayFileHealthIndicator");
        assertThat(context.getBeanFactory().getDependenciesForBean("transportServer"))
            .contains("replayMarks");
        assertThat(file).exists();
        secure.run(second ->
            assertThat(second.getStartupFailure())
                .hasStackTraceContaining("another running process uses it"));
      });
    }
  }

  @Test
  void noReplayFileIsTouchedWhileAuthenticationIsOffOrThereIsNoServer(@TempDir Path folder) {
    Path file = folder.resolve("new/replay");
    runner
        .withPropertyValues(LISTEN, "auth.replay-file=" + file)
        .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(ReplayMarks.class));
    runner
        .withPropertyValues(SERVER, "auth.enabled=true", "auth.replay-file=" + file)
        .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(ReplayMarks.class));

    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aDamagedReplayFileIsNamedWithItsPropertyAndWhatToDo(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("replay"), "something");
    runner
        .withPropertyValues(LISTEN, "auth.enabled=true", "auth.replay-file=" + file)
        .run(context ->
            assertThat(context.getStartupFailure())
                .hasStackTraceContaining("auth.replay-file is '" + file + "'")
                .hasStackTraceContaining("(it holds something else; name another file, or move"));
    assertThat(file).hasContent("something");
  }

  @Test
  void thereIsNoAuthManagerWhileAuthenticationIsOff() {
    runner.run(context -> assertThat(context).doesNotHaveBean(AuthManager.class));
  }

  @Test
  void anApplicationsOwnAuthManagerIsUsed() {
    AuthManager own = TestKeys.authManager("own");
    runner
        .withPropertyValues("auth.enabled=true")
        .withBean(AuthManager.class, () -> own)
        .run(context -> assertThat(context.getBean(AuthManager.class)).isSameAs(own));
  }

  @Test
  void withAnApplicationsOwnAuthManagerNoKeyIsGenerated() {
    try (LogCapture log = LogCapture.of(TransportAutoConfiguration.class)) {
      runner
          .withPropertyValues("auth.enabled=true")
          .withBean(AuthManager.class, () -> TestKeys.authManager("own"))
          .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(Signer.class));

      assertThat(log.lines(Level.WARN)).isEmpty();
    }
  }

  @Test
  void anApplicationsOwnSignerSignsAndNoKeyIsGenerated() {
    Signer own = TestKeys.signer("far");
    try (LogCapture log = LogCapture.of(TransportAutoConfiguration.class)) {
      runner
          .withPropertyValues(SERVER, "auth.enabled=true")
          .withBean(Signer.class, () -> own)
          .run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(Signer.class)).isSameAs(own);
            assertThat(context.getBean(AuthManager.class).publicKey())
                .isEqualTo(TestKeys.publicKey("far"));
          });

      assertThat(log.lines(Level.WARN)).isEmpty();
    }
  }

  @Test
  void theConfiguredKeySignsWhereTheApplicationHasNoSigner() {
    runner
        .withPropertyValues(
            "auth.enabled=true", "auth.private-key=" + TestKeys.privateKeyHex("configured"))
        .run(context ->
            assertThat(context.getBean(Signer.class).publicKey())
                .isEqualTo(TestKeys.publicKey("configured")));
  }

  @Test
  void whileAuthenticationIsOffNoSignerIsMadeAndAnOwnOneIsNotAsked() {
    Signer broken = new BrokenSigner(TestKeys.publicKey("far"));
    runner.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(Signer.class));
    runner
        .withBean(Signer.class, () -> broken)
        .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(AuthManager.class));
  }

  @Test
  void metricsGoToTheRegistryThatThereIs() {
    runner
        .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
        .run(context ->
            assertThat(context.getBean(TransportMetrics.class))
                .isInstanceOf(MicrometerTransportMetrics.class));
  }

  @Test
  void withoutARegistryNothingIsCounted() {
    runner.run(context ->
        assertThat(context.getBean(TransportMetrics.class)).isSameAs(TransportMetrics.NOOP));
  }

  @Test
  void worksWithoutActuatorHealthAndMicrometerOnTheClassPath() {
    runner
        .withClassLoader(
            new FilteredClassLoader(HealthIndicator.class, Endpoint.class, MeterRegistry.class))
        .withPropertyValues(LISTEN, SERVER)
        .run(context ->
            assertThat(context)
                .hasNotFailed()
                .hasSingleBean(TransportServer.class)
                .hasSingleBean(TransportClient.class)
                .doesNotHaveBean(TransportEndpoint.class)
                .doesNotHaveBean(TransportServerHealthIndicator.class));
  }

  @Test
  void healthIndicatorsCanBeSwitchedOff() {
    runner
        .withPropertyValues(LISTEN, SERVER, "management.health.transport-server.enabled=false")
        .run(context ->
            assertThat(context)
                .doesNotHaveBean(TransportServerHealthIndicator.class)
                .hasSingleBean(TransportClientHealthIndicator.class));
  }

  @Test
  void endpointIsThereOnlyWhereItIsExposed() {
    runner
        .withPropertyValues("management.endpoints.web.exposure.include=health")
        .run(context -> assertThat(context).doesNotHaveBean(TransportEndpoint.class));
  }

  @Test
  void nobodyChangesTrustedKeysByHandUnlessAccessIsGiven() {
    ApplicationContextRunner exposed =
        runner.withPropertyValues(
            "auth.enabled=true", "management.endpoints.web.exposure.include=*");
    exposed.run(context ->
        assertThat(context).hasNotFailed().doesNotHaveBean(TrustedSequencersEndpoint.class));
    exposed
        .withPropertyValues("management.endpoint.trustedsequencers.access=UNRESTRICTED")
        .run(context -> assertThat(context).hasSingleBean(TrustedSequencersEndpoint.class));
  }

  record Chosen(MessageHandler handler, ConnectionListener listener) {}

  @Configuration(proxyBeanMethods = false)
  static class WhoIsChosen {

    @Bean
    Chosen chosen(
        ObjectProvider<MessageHandler> handler, ObjectProvider<ConnectionListener> listener) {
      return new Chosen(handler.getObject(), listener.getObject());
    }
  }

  static final class OwnListener implements ConnectionListener {

    @Override
    public void opened(ConnectionInfo connection) {}

    @Override
    public void closed(ConnectionInfo connection, CloseReason reason, String details) {}
  }
}
