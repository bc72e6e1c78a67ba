package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.Block;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.Compression;
import io.rollcall.transport.CompressionSettings;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.HandshakePolicy;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.session.ClientExchange;
import io.rollcall.transport.session.ClientHandshake;
import io.rollcall.transport.session.ClientHandshakeSettings;
import io.rollcall.transport.session.ServerHandshake;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.TestKeys;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who agrees on compression with whom, over sockets, and that nobody else sees anything of it. */
class CompressionIntegrationTests {

  private static final int THRESHOLD = 1000;

  private final EcdsaAuthManager server = TestKeys.authManager("server");
  private final ServerFixture.Settings settings = new ServerFixture.Settings();
  private final List<AutoCloseable> open = new ArrayList<>();

  CompressionIntegrationTests() {
    server.addTrustedKey(TrustedEntry.of("alpha", TestKeys.publicKey("client")));
    server.addTrustedKey(TrustedEntry.of("beta", TestKeys.publicKey("bystander")));
    admit(HandshakePolicy.AUTO, false);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    // server, client, handshake of the server, of the client, agreed
    "NONE, NONE, AUTO, AUTO, NONE",
    "ZSTD, NONE, AUTO, AUTO, NONE",
    "NONE, ZSTD, AUTO, AUTO, NONE",
    "ZSTD, ZSTD, AUTO, AUTO, ZSTD",
    "ZSTD, ZSTD, V2, V2, ZSTD",
    "ZSTD, ZSTD, V1, AUTO, NONE",
    "ZSTD, ZSTD, AUTO, V1, NONE",
    "ZSTD, ZSTD, V1, V1, NONE"
  })
  void messagesAreCompressedOnlyWhereBothWantItAndSpeakV2(
      Compression atServer,
      Compression atClient,
      HandshakePolicy ofServer,
      HandshakePolicy ofClient,
      Compression agreed) {
    settings.compression = wanted(atServer);
    admit(ofServer, false);
    ServerFixture fixture = with(new ServerFixture(settings));
    ClientFixture client = client(fixture, "client", atClient, ofClient);

    assertThat(fixture.recorded.nextOpened().compression()).isEqualTo(agreed);
    ConnectionInfo opened = client.recorded.nextOpened();
    assertThat(opened.compression()).isEqualTo(agreed);

    Message message = text(100_000);
    client.client.send(message);
    assertThat(fixture.recorded.nextMessage().message().getBlock()).isEqualTo(message.getBlock());
    fixture.server.send("alpha", message);
    assertThat(client.recorded.nextMessage().message().getBlock()).isEqualTo(message.getBlock());
    boolean fewer = agreed == Compression.ZSTD;
    ConnectionInfo now = client.client.stats().connection().orElseThrow();
    assertThat(now.bytesRead() < 50_000).isEqualTo(fewer);
    assertThat(now.bytesWritten() < 50_000).isEqualTo(fewer);
  }

  @Test
  void aStrangerIsLetInWithoutIt() {
    settings.compression = wanted(Compression.ZSTD);
    admit(HandshakePolicy.AUTO, true);
    ServerFixture fixture = with(new ServerFixture(settings));
    ClientFixture client = client(fixture, "stranger", Compression.ZSTD, HandshakePolicy.V2);

    assertThat(client.recorded.nextOpened().compression()).isEqualTo(Compression.NONE);
    assertThat(fixture.recorded.nextOpened().compression()).isEqualTo(Compression.NONE);
  }

  @Test
  void orderIsKeptHoweverLargeTheMessagesAre() throws Exception {
    settings.compression = wanted(Compression.ZSTD);
    ServerFixture fixture = with(new ServerFixture(settings));
    ClientFixture client = client(fixture, "client", Compression.ZSTD, HandshakePolicy.AUTO);
    List<Message> messages = new ArrayList<>();
    Random random = new Random(1);
    for (int i = 0; i < 300; i++) {
      messages.add(text(1 + random.nextInt(i % 10 == 0 ? 60_000 : 2 * THRESHOLD)));
    }

    for (Message message : messages) {
      client.client.send(message).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
    for (Message message : messages) {
      assertThat(fixture.recorded.nextMessage().message().getBlock()).isEqualTo(message.getBlock());
    }
  }

  @Test
  void aBroadcastReachesThoseThatAgreedAndThoseThatDidNot() throws Exception {
    settings.compression = wanted(Compression.ZSTD);
    ServerFixture fixture = with(new ServerFixture(settings));
    ClientFixture with = client(fixture, "client", Compression.ZSTD, HandshakePolicy.AUTO);
    ClientFixture without = client(fixture, "bystander", Compression.NONE, HandshakePolicy.AUTO);
    Message message = text(100_000);

    fixture.server.broadcast(message, Set.of()).toCompletableFuture().get(10, TimeUnit.SECONDS);

    for (ClientFixture client : List.of(with, without)) {
      assertThat(client.recorded.nextMessage().message().getBlock()).isEqualTo(message.getBlock());
    }
    assertThat(with.client.stats().connection().orElseThrow().bytesRead()).isLessThan(50_000);
    assertThat(without.client.stats().connection().orElseThrow().bytesRead())
        .isGreaterThan(100_000);
  }

  @Test
  void aBombEndsTheConnectionItCameOnAndNoOther() throws Exception {
    settings.compression = wanted(Compression.ZSTD);
    ServerFixture fixture = with(new ServerFixture(settings));
    ClientFixture client = client(fixture, "bystander", Compression.ZSTD, HandshakePolicy.AUTO);
    RawSocketPeer peer = with(fixture.connect());
    ClientExchange exchange =
        new ClientHandshake(
                TestKeys.authManager("client"),
                "client-1",
                new ClientHandshakeSettings(HandshakePolicy.V2, "", Set.of()),
                InstantSource.system(),
                new SecureRandom())
            .begin(ByteString.EMPTY, Compression.ZSTD);
    peer.send(exchange.hello());
    exchange.judge(peer.readFrame());
    assertThat(exchange.compression()).isEqualTo(Compression.ZSTD);

    // Behind the proof at once: it says 2 GiB, in a block that repeats a byte.
    peer.send(exchange.proof())
        .sendHex("80000011" + "28b52ffda400000080" + "030010" + "41" + "00000000");

    assertThat(peer.readHandshakeResponse().getAccepted()).isTrue();
    DisconnectMessage goodbye = peer.readDisconnect();
    assertThat(goodbye.getReason()).isEqualTo(DisconnectMessage.Reason.PROTOCOL_ERROR);
    assertThat(goodbye.getDetails()).startsWith("message size exceeds max: 2147483648 bytes");
    Message message = text(10_000);
    client.client.send(message).toCompletableFuture().get(10, TimeUnit.SECONDS);
    assertThat(fixture.recorded.nextMessage().message().getBlock()).isEqualTo(message.getBlock());
  }

  private void admit(HandshakePolicy policy, boolean strangers) {
    settings.admission =
        new AdmissionSettings(
            true,
            true,
            strangers,
            AdmissionSettings.DEFAULT_CLOCK_SKEW,
            AdmissionSettings.DEFAULT_MAX_OFFENCES,
            policy,
            "");
    settings.handshake =
        Optional.of(new ServerHandshake(server, settings.admission, InstantSource.system()));
  }

  private static CompressionSettings wanted(Compression algorithm) {
    return new CompressionSettings(algorithm, THRESHOLD);
  }

  private ClientFixture client(
      ServerFixture fixture, String key, Compression compression, HandshakePolicy policy) {
    ClientFixture.Settings of = new ClientFixture.Settings();
    of.authenticate = true;
    of.auth = TestKeys.authManager(key);
    of.handshake = new ClientHandshakeSettings(policy, "", Set.of());
    of.compression = wanted(compression);
    ClientFixture client =
        with(new ClientFixture(of, "127.0.0.1:" + fixture.server.address().getPort()));
    client.client.connect();
    return client;
  }

  /** Words, which compress to about a quarter. */
  private static Message text(int size) {
    StringBuilder text = new StringBuilder();
    Random random = new Random(size);
    while (text.length() < size) {
      text.append("word").append(random.nextInt(1000)).append(' ');
    }
    return Message.newBuilder()
        .setBlock(Block.newBuilder().setBlockData(ByteString.copyFromUtf8(text.substring(0, size))))
        .build();
  }

  private <T extends AutoCloseable> T with(T closeable) {
    open.add(closeable);
    return closeable;
  }
}
