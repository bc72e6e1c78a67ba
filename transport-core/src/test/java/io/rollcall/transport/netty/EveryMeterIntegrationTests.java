package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.rollcall.proto.v1.Block;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Vote;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.Compression;
import io.rollcall.transport.CompressionSettings;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.auth.TrustedKeys;
import io.rollcall.transport.metrics.MicrometerTransportMetrics;
import io.rollcall.transport.metrics.TransportMeters;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.session.ReplayMarks;
import io.rollcall.transport.session.ServerHandshake;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.RawServer;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.TestKeys;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Every meter, moved from outside by what peers do, and read as Prometheus reads it. */
class EveryMeterIntegrationTests {

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final TransportMetrics metrics = new MicrometerTransportMetrics(registry);
  private final Set<TransportMeters> left = EnumSet.allOf(TransportMeters.class);
  private final CountDownLatch handled = new CountDownLatch(1);

  private static final CompressionSettings ZSTD = new CompressionSettings(Compression.ZSTD, 64);

  @Test
  void everyMeterIsMovedByRealTraffic() throws Exception {
    TrustedKeys trusted = new TrustedKeys();
    trusted.put(TrustedEntry.of("client", TestKeys.publicKey("client")));
    EcdsaAuthManager auth = EcdsaAuthManager.create(TestKeys.signer("server"), trusted);
    metrics.signatureProvider(auth.providerName());
    see(TransportMeters.SIGNATURE_PROVIDER, "provider=\"" + auth.providerName() + "\"", 1);
    ServerFixture.Settings settings = new ServerFixture.Settings();
    settings.metrics = metrics;
    settings.admission = AdmissionSettings.TRUSTED_ONLY;
    settings.handshake =
        Optional.of(
            new ServerHandshake(
                auth,
                AdmissionSettings.TRUSTED_ONLY,
                ReplayMarks.NONE,
                metrics,
                InstantSource.system(),
                new SecureRandom()));
    settings.compression = ZSTD;
    settings.handler = Optional.of(message -> await(handled));

    try (ServerFixture server = new ServerFixture(settings);
        RawServer deaf = RawServer.listen()) {
      String address = "127.0.0.1:" + server.server.address().getPort();
      try (ClientFixture client = ClientFixture.compressing(ZSTD, metrics, address)) {
        client.client.connect();
        connected(server);
        messages(client);
        broadcast(server);
        compressed(server);
        garbage(server);
        halfAFrame(server);
      }
      see(TransportMeters.CONNECTIONS, "state=\"removed\"", 1);
      see(TransportMeters.CONNECTIONS, "state=\"disconnected\"", 1);
      see(TransportMeters.CONNECTION_DURATION, "_count", 2);
      try (ClientFixture client = ClientFixture.counting(false, metrics, deaf.address())) {
        client.client.connect();
        fullSocket(client, deaf);
      }
    }

    assertThat(left).as("meters that nothing moved").isEmpty();
  }

  private void connected(ServerFixture server) {
    server.recorded.nextOpened();
    see(TransportMeters.CONNECTIONS, "state=\"added\"", 1);
    see(TransportMeters.CONNECTIONS, "state=\"connected\"", 1);
    see(TransportMeters.HANDSHAKE_CLOCK_SKEW, "_count", 1);
    see(TransportMeters.CONNECTIONS_ACTIVE, "", 2); // Both ends are in this process.
    see(TransportMeters.MESSAGES, "direction=\"in\",type=\"handshake_request\"", 2);
    see(TransportMeters.MESSAGES, "direction=\"out\",type=\"handshake_request\"", 2);
    see(TransportMeters.MESSAGES, "direction=\"in\",type=\"handshake_response\"", 2);
    see(TransportMeters.MESSAGES, "direction=\"out\",type=\"handshake_response\"", 2);
  }

  private void messages(ClientFixture client) throws Exception {
    for (int i = 0; i < 3; i++) {
      client.client.send(vote()).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
    see(TransportMeters.MESSAGES, "direction=\"in\",type=\"vote\"", 3);
    see(TransportMeters.MESSAGES, "direction=\"out\",type=\"vote\"", 3);
    see(TransportMeters.MESSAGE_SIZE, "_count{direction=\"in\",type=\"vote\"", 3);
    see(TransportMeters.MESSAGE_SIZE, "_count{direction=\"out\",type=\"vote\"", 3);
    see(TransportMeters.WORKER_POOL_QUEUE_SIZE, "", 3);
    handled.countDown();
    see(TransportMeters.MESSAGE_PROCESSING_DURATION, "_count{type=\"vote\"", 3);
    see(TransportMeters.WORKER_POOL_QUEUE_SIZE, "", 0);
  }

  private void broadcast(ServerFixture server) throws Exception {
    server.server.broadcast(vote(), Set.of()).toCompletableFuture().get(10, TimeUnit.SECONDS);
    see(TransportMeters.BROADCASTS, "", 1);
    see(TransportMeters.BROADCAST_RECIPIENTS, "_sum", 1);
    see(TransportMeters.BROADCAST_DURATION, "_count", 1);
    see(TransportMeters.MESSAGE_PROCESSING_DURATION, "_count{type=\"vote\"", 4);
  }

  private void compressed(ServerFixture server) throws Exception {
    Message zeros =
        Message.newBuilder()
            .setBlock(Block.newBuilder().setBlockData(ByteString.copyFrom(new byte[1000])))
            .build();
    server.server.broadcast(zeros, Set.of()).toCompletableFuture().get(10, TimeUnit.SECONDS);
    double size = zeros.getSerializedSize() + "publisher".length() + 2;
    see(TransportMeters.COMPRESSED, "direction=\"in\",size=\"before\"", size);
    see(TransportMeters.COMPRESSED, "direction=\"out\",size=\"before\"", size);
    assertThat(sum(TransportMeters.COMPRESSED, "direction=\"in\",size=\"after\""))
        .isEqualTo(sum(TransportMeters.COMPRESSED, "direction=\"out\",size=\"after\""))
        .isBetween(10.0, 100.0);
  }

  private void garbage(ServerFixture server) {
    try (RawSocketPeer peer = server.connect()) {
      peer.sendText("GET / HTTP/1.1\r\n\r\n");
      peer.readToEnd();
    }
    Await.until("an error is counted", () -> sum(TransportMeters.ERRORS, "") >= 1);
    left.remove(TransportMeters.ERRORS);
  }

  private void halfAFrame(ServerFixture server) {
    try (RawSocketPeer peer = server.connect()) {
      peer.sendHex("00000800" + "08".repeat(100));
      Await.until(
          "half a frame is held",
          () -> sum(TransportMeters.BUFFER_UTILIZATION, "type=\"inbound\"") > 0);
      peer.reset();
    }
    see(TransportMeters.BUFFER_UTILIZATION, "type=\"inbound\"", 0);
    // Both halves of the family must move; the other one sees to it.
    left.add(TransportMeters.BUFFER_UTILIZATION);
  }

  private void fullSocket(ClientFixture client, RawServer deaf) {
    try (RawSocketPeer peer = deaf.accept()) {
      Message large =
          Message.newBuilder()
              .setBlock(
                  Block.newBuilder().setBlockData(ByteString.copyFrom(new byte[9 * 1024 * 1024])))
              .build();
      var _ = client.client.send(large);
      var _ = client.client.send(large);
      Await.until(
          "bytes wait for the socket",
          () -> sum(TransportMeters.BUFFER_UTILIZATION, "type=\"outbound\"") > 0);
      left.remove(TransportMeters.BUFFER_UTILIZATION);
      peer.reset();
    }
  }

  /** Waits until the family's samples with this in them add up to the value. */
  private void see(TransportMeters meter, String part, double value) {
    Await.until(
        meter.prometheusName() + " " + part + " is " + value,
        () -> Double.compare(sum(meter, part), value) == 0);
    left.remove(meter);
  }

  private double sum(TransportMeters meter, String part) {
    return registry
        .scrape()
        .lines()
        .filter(line -> line.startsWith(meter.prometheusName()))
        .filter(line -> line.contains(part))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static Message vote() {
    return Message.newBuilder()
        .setVote(Vote.newBuilder().setSenderChainId(ByteString.copyFrom(new byte[] {1})))
        .build();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
