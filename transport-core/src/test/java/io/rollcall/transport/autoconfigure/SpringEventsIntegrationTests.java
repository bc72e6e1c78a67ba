package io.rollcall.transport.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Vote;
import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.AuditListener;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.TransportClient;
import io.rollcall.transport.event.ConnectionClosedEvent;
import io.rollcall.transport.event.ConnectionOpenedEvent;
import io.rollcall.transport.event.MessageReceivedEvent;
import io.rollcall.transport.event.TransportServerStartedEvent;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.LocalTransportPort;
import io.rollcall.transport.testing.LogCapture;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.TestKeys;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.test.context.DynamicPropertyRegistrar;

/** Two applications over a real socket, wired by properties alone. */
@SpringBootTest(
    classes = SpringEventsIntegrationTests.Application.class,
    webEnvironment = SpringBootTest.WebEnvironment.NONE,
    properties = {"transport.listen-addr=127.0.0.1:0", "auth.enabled=true"})
class SpringEventsIntegrationTests {

  private static final int MESSAGES = 200;

  @Autowired private Recorder recorder;

  @Autowired private AuditListener audit;

  @LocalTransportPort private int port;

  @Test
  void eventsOfAConnectionComeInOrderOffTheEventLoopAndSurviveAThrowingListener() throws Exception {
    assertThat(recorder.next()).isInstanceOf(TransportServerStartedEvent.class);

    try (ConfigurableApplicationContext peer = connect()) {
      assertThat(recorder.next())
          .isInstanceOfSatisfying(
              ConnectionOpenedEvent.class,
              opened -> assertThat(opened.connection().identity().label()).isEqualTo("optimism"));
      TransportClient client = peer.getBean(TransportClient.class);
      // The server knows of the connection before the client has its answer.
      Await.until("the client is connected", client::isConnected);
      // The recorder throws at each message.
      for (int i = 0; i < MESSAGES; i++) {
        client.send(numbered(i)).toCompletableFuture().get(10, TimeUnit.SECONDS);
      }
      for (int i = 0; i < MESSAGES; i++) {
        int expected = i;
        assertThat(recorder.next())
            .isInstanceOfSatisfying(
                MessageReceivedEvent.class,
                received -> {
                  assertThat(received.message().from().label()).isEqualTo("optimism");
                  assertThat(received.message().message().getVote().getSenderChainId().size())
                      .isEqualTo(expected);
                });
      }
    }

    assertThat(recorder.next()).isInstanceOf(ConnectionClosedEvent.class);
    assertThat(recorder.platformThreads).isEmpty();
  }

  @Test
  void auditEventsOfEveryKindAreSpringEvents() throws Exception {
    var remote = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    var identity = new PeerIdentity.Unauthenticated();
    List<AuditEvent> events =
        List.of(
            new AuditEvent.Offence("c1", remote, identity, "on purpose", 1, false),
            new AuditEvent.ConnectionReplaced(identity, "c1", remote, "c2", remote),
            new AuditEvent.AddressThrottled(remote.getAddress(), "on purpose"),
            new AuditEvent.HandshakeRefused("c1", remote, CloseReason.AUTH_FAILURE, "on purpose"));
    for (AuditEvent event : events) {
      audit.audit(event);
      assertThat(recorder.nextAudited()).isEqualTo(event);
    }
    assertThat(recorder.refused).contains(events.getLast());
  }

  @Test
  void aRefusedHandshakeIsASpringEventAndOneLineOfTheAuditLog() throws Exception {
    try (LogCapture log = LogCapture.of("io.rollcall.transport.audit");
        RawSocketPeer stranger =
            RawSocketPeer.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
      stranger.send(new byte[] {0, 0, 0, 1, 'x'});
      assertThat(recorder.nextAudited())
          .isInstanceOfSatisfying(
              AuditEvent.HandshakeRefused.class,
              refused -> {
                assertThat(refused.reason()).isEqualTo(CloseReason.AUTH_FAILURE);
                assertThat(log.lines(Level.WARN))
                    .singleElement()
                    .asString()
                    .startsWith(refused.connectionId() + " audit event=\"handshake-refused\" ");
              });
    }
  }

  @ParameterizedTest
  @CsvSource({"server-public-key, was expected", "network-id, another network id"})
  void whatAClientExpectsOfItsServerIsAPropertyToo(String property, String failure)
      throws Exception {
    String value = property.equals("network-id") ? "another" : TestKeys.publicKey("x").hex();
    try (ConfigurableApplicationContext peer = connect("--auth." + property + "=" + value)) {
      TransportClient client = peer.getBean(TransportClient.class);
      Await.until("it says why not", () -> client.stats().lastFailure().isPresent());
      assertThat(client.stats().lastFailure().orElseThrow()).contains(failure);
      assertThat(recorder.nextAudited()).isInstanceOf(AuditEvent.HandshakeRefused.class);
    }
  }

  private ConfigurableApplicationContext connect(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--transport.server-addr=127.0.0.1:" + port,
                "--transport.listen-addr=",
                "--auth.enabled=true",
                "--auth.private-key=" + TestKeys.privateKeyHex("optimism")));
    arguments.addAll(List.of(more));
    return new SpringApplicationBuilder(Transport.class)
        .web(WebApplicationType.NONE)
        .run(arguments.toArray(String[]::new));
  }

  private static Message numbered(int number) {
    return Message.newBuilder()
        .setVote(Vote.newBuilder().setSenderChainId(ByteString.copyFrom(new byte[number])))
        .build();
  }

  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration({
    TransportAutoConfiguration.class,
    TransportServerAutoConfiguration.class,
    TransportClientAutoConfiguration.class
  })
  static class Transport {}

  @Configuration(proxyBeanMethods = false)
  @Import({Transport.class, Recorder.class})
  static class Application {

    @Bean
    static DynamicPropertyRegistrar trust() {
      return registry ->
          registry.add(
              "auth.trusted-sequencers.optimism", () -> TestKeys.publicKey("optimism").hex());
    }
  }

  static class Recorder {

    private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<AuditEvent> audited = new LinkedBlockingQueue<>();
    final BlockingQueue<AuditEvent> refused = new LinkedBlockingQueue<>();
    final BlockingQueue<Thread> platformThreads = new LinkedBlockingQueue<>();

    @Nullable Object next() throws InterruptedException {
      return events.poll(10, TimeUnit.SECONDS);
    }

    @Nullable AuditEvent nextAudited() throws InterruptedException {
      return audited.poll(10, TimeUnit.SECONDS);
    }

    @EventListener
    void audited(AuditEvent event) {
      audited.add(event);
    }

    @EventListener
    void refused(AuditEvent.HandshakeRefused event) {
      refused.add(event);
    }

    @EventListener
    void started(TransportServerStartedEvent event) {
      events.add(event);
    }

    @EventListener
    void opened(ConnectionOpenedEvent event) {
      record(event);
    }

    @EventListener
    void received(MessageReceivedEvent event) {
      record(event);
      throw new IllegalStateException("on purpose");
    }

    @EventListener
    void closed(ConnectionClosedEvent event) {
      record(event);
    }

    private void record(Object event) {
      if (!Thread.currentThread().isVirtual()) {
        platformThreads.add(Thread.currentThread());
      }
      events.add(event);
    }
  }
}
