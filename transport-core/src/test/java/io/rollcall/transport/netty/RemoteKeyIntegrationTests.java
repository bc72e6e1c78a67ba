package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.HandshakeVersion;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.TransportTimeoutException;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.Signer;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.auth.TrustedKeys;
import io.rollcall.transport.session.ServerHandshake;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.RawServer;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.TestKeys;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients whose key is not in this process: it takes its time, fails, or never answers. */
class RemoteKeyIntegrationTests {

  private final List<AutoCloseable> open = new ArrayList<>();
  private final RemoteKey key = new RemoteKey("client");

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
  }

  @Test
  void aKeyElsewhereProvesWhoTheClientIs() throws Exception {
    ServerFixture server = with(serverThatTrustsTheKey());
    ClientFixture fixture = client("127.0.0.1:" + server.server.address().getPort());
    CompletableFuture<Void> connecting = CompletableFuture.runAsync(fixture.client::connect);

    RemoteKey.Question question = key.question();
    assertThat(question.caller().isVirtual()).isTrue();
    assertThat(fixture.client.isConnected()).isFalse();
    assertThat(server.server.connections()).isEmpty();
    key.answer(question);
    // The hello is signed for a server of v1, and the proof for this one.
    RemoteKey.Question proof = key.question();
    assertThat(server.server.connections()).isEmpty();
    key.answer(proof);

    connecting.get(10, TimeUnit.SECONDS);
    assertThat(server.recorded.nextOpened().identity().label()).isEqualTo("sequencer");
    assertThat(key.callers).allMatch(Thread::isVirtual);
  }

  @Test
  void aKeyThatFailsEndsTheDialInOneSentenceAndBackOffGoesOn() throws Exception {
    RawServer server = with(RawServer.listen());
    ClientFixture fixture = client(server.address());
    CompletableFuture<Void> connecting =
        CompletableFuture.runAsync(() -> fixture.client.connectWithRetry(1));
    RawSocketPeer first = with(server.accept());

    key.question().answer().completeExceptionally(new IOException("503"));

    // The server hears nothing of it.
    first.expectEndOfStream();
    fixture.scheduler.awaitNextIn(ClientFixture.RECONNECT_DELAY);
    assertThat(fixture.client.stats().lastFailure())
        .contains(
            "handshake failed: cannot sign: the key service answers java.io.IOException: 503");

    fixture.passBackOff(ClientFixture.RECONNECT_DELAY);
    RawSocketPeer second = with(server.accept());
    key.answer(key.question());
    assertThat(HandshakeRequest.parseFrom(second.readFrame()).getPublicKey())
        .isEqualTo(key.publicKey().bytes());
    second.send(HandshakeResponse.newBuilder().setAccepted(true).build());
    connecting.get(10, TimeUnit.SECONDS);
  }

  @Test
  void aKeyThatFailsEachTimeIsWhatConnectReports() throws Exception {
    RawServer server = with(RawServer.listen());
    ClientFixture fixture = client(server.address());
    CompletableFuture<Void> connecting = CompletableFuture.runAsync(fixture.client::connect);

    key.question().answer().completeExceptionally(new IOException("503"));

    assertThat(failure(connecting))
        .isInstanceOf(TransportException.class)
        .hasMessageStartingWith("handshake failed: cannot sign: the key service answers")
        .extracting(failure -> ((TransportException) failure).reason())
        .isEqualTo(CloseReason.INTERNAL_ERROR);
  }

  @Test
  void aKeyThatNeverAnswersIsGivenUpWithTheDialAndNamed() throws Exception {
    RawServer server = with(RawServer.listen());
    ClientFixture fixture = client(server.address());
    CompletableFuture<Void> connecting = CompletableFuture.runAsync(fixture.client::connect);
    RawSocketPeer peer = with(server.accept());
    RemoteKey.Question question = key.question();

    // The deadline is handled on the event loop, so that one is free.
    fixture.scheduler.advance(ClientFixture.CONNECT_TIMEOUT);

    assertThat(failure(connecting))
        .isInstanceOf(TransportTimeoutException.class)
        .hasMessage("handshake timeout: the own key did not sign within 7000 ms (connect-timeout)");
    peer.expectEndOfStream();
    Await.until("the thread that waits is interrupted", question.answer()::isCancelled);
    assertThat(question.caller().join(Duration.ofSeconds(10))).isTrue();
  }

  @Test
  void whoDisconnectsMeanwhileLeavesNoThreadThatWaitsForTheKey() throws Exception {
    RawServer server = with(RawServer.listen());
    ClientFixture fixture = client(server.address());
    fixture.client.connectInBackground();
    RemoteKey.Question question = key.question();

    fixture.client.disconnect();

    assertThat(question.caller().join(Duration.ofSeconds(10))).isTrue();
    with(server.accept()).expectEndOfStream();
  }

  @Test
  void aKeyElsewhereProvesWhoTheServerIsAndIsAskedOnlyByThoseWhoProvedSomething() throws Exception {
    RemoteKey far = new RemoteKey("server");
    ServerFixture server = with(serverThatTrustsTheKey(far));
    far.hold();
    int asked = far.callers.size();
    ClientFixture stranger =
        with(ClientFixture.authenticatingWith(TestKeys.authManager("stranger"), address(server)));
    assertThat(failure(CompletableFuture.runAsync(stranger.client::connect)))
        .hasMessageContaining("untrusted public key");
    assertThat(far.callers).hasSize(asked);

    ClientFixture fixture = with(ClientFixture.authenticating(address(server)));
    CompletableFuture<Void> connecting = CompletableFuture.runAsync(fixture.client::connect);
    RemoteKey.Question question = far.question();
    assertThat(question.caller().isVirtual()).isTrue();
    assertThat(server.server.connections()).isEmpty();
    far.answer(question);

    connecting.get(10, TimeUnit.SECONDS);
    assertThat(fixture.client.connection().orElseThrow().info().handshake())
        .isEqualTo(HandshakeVersion.V2);
  }

  @Test
  void aServersKeyThatFailsEndsThatConnectionAlone() throws Exception {
    RemoteKey far = new RemoteKey("server");
    ServerFixture server = with(serverThatTrustsTheKey(far));
    far.hold();
    ClientFixture fixture = with(ClientFixture.authenticating(address(server)));
    CompletableFuture<Void> connecting = CompletableFuture.runAsync(fixture.client::connect);

    far.question().answer().completeExceptionally(new IOException("503"));

    assertThat(failure(connecting)).hasMessageContaining("internal error");
    assertThat(server.server.connections()).isEmpty();
    CompletableFuture<Void> again = CompletableFuture.runAsync(fixture.client::connect);
    far.answer(far.question());
    again.get(10, TimeUnit.SECONDS);
  }

  private static String address(ServerFixture server) {
    return "127.0.0.1:" + server.server.address().getPort();
  }

  private ClientFixture client(String address) {
    ClientFixture fixture =
        with(
            ClientFixture.authenticatingWith(
                EcdsaAuthManager.create(key, new TrustedKeys()), address));
    key.hold();
    return fixture;
  }

  private static ServerFixture serverThatTrustsTheKey() {
    return serverThatTrustsTheKey(TestKeys.signer("server"));
  }

  private static ServerFixture serverThatTrustsTheKey(Signer own) {
    TrustedKeys trusted = new TrustedKeys();
    trusted.put(TrustedEntry.of("sequencer", TestKeys.publicKey("client")));
    ServerFixture.Settings settings = new ServerFixture.Settings();
    settings.admission = AdmissionSettings.TRUSTED_ONLY;
    settings.handshake =
        Optional.of(
            new ServerHandshake(
                EcdsaAuthManager.create(own, trusted),
                AdmissionSettings.TRUSTED_ONLY,
                InstantSource.system()));
    return new ServerFixture(settings);
  }

  private static Throwable failure(CompletableFuture<Void> connecting) {
    Throwable thrown = catchThrowable(() -> connecting.orTimeout(10, TimeUnit.SECONDS).join());
    return thrown instanceof CompletionException wrapped && wrapped.getCause() != null
        ? wrapped.getCause()
        : thrown;
  }

  private <T extends AutoCloseable> T with(T resource) {
    open.add(resource);
    return resource;
  }
}
