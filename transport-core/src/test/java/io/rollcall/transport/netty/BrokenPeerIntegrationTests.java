package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.Block;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.auth.TrustedKeys;
import io.rollcall.transport.session.ServerHandshake;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.TestKeys;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Peers that end in every place where they can: nothing of them stays, neither a connection nor
 * memory nor a descriptor, and a peer that does nothing of the kind goes on.
 */
class BrokenPeerIntegrationTests {

  private static final int KIB = 1024;

  private final CountDownLatch release = new CountDownLatch(1);
  private ServerFixture fixture;
  private RawSocketPeer witness;
  private Holdings holdings;

  @BeforeEach
  void start() {
    TrustedKeys trusted = new TrustedKeys();
    trusted.put(TrustedEntry.of("witness", TestKeys.publicKey("witness")));
    trusted.put(TrustedEntry.of("broken", TestKeys.publicKey("broken")));
    ServerFixture.Settings settings = new ServerFixture.Settings();
    settings.outboundBuffer = 64L << 20;
    settings.admission = AdmissionSettings.TRUSTED_ONLY;
    settings.handshake =
        Optional.of(
            new ServerHandshake(
                EcdsaAuthManager.create(TestKeys.signer("server"), trusted),
                AdmissionSettings.TRUSTED_ONLY,
                InstantSource.system()));
    fixture = new ServerFixture(settings);
    witness = fixture.connect();
    shakeHands(witness, "witness");
    holdings = Holdings.of(fixture, fixture.admitted(witness));
  }

  @AfterEach
  void stop() {
    release.countDown();
    witness.close();
    fixture.close();
  }

  enum Place {
    BEFORE_THE_HELLO {
      @Override
      void go(BrokenPeerIntegrationTests test, RawSocketPeer peer) {}
    },
    INSIDE_THE_HELLO {
      @Override
      void go(BrokenPeerIntegrationTests test, RawSocketPeer peer) {
        byte[] hello = RawSocketPeer.frame(hello("broken"));
        peer.send(Arrays.copyOf(hello, hello.length / 2));
        Await.until("half a hello is held", () -> test.holdings.inbound() > 0);
      }
    },
    BEHIND_THE_HELLO {
      @Override
      void go(BrokenPeerIntegrationTests test, RawSocketPeer peer) {
        peer.sendFrame(hello("broken"));
      }
    },
    INSIDE_A_PREFIX {
      @Override
      void go(BrokenPeerIntegrationTests test, RawSocketPeer peer) {
        shakeHands(peer, "broken");
        peer.sendHex("0000");
      }
    },
    INSIDE_A_FRAME {
      @Override
      void go(BrokenPeerIntegrationTests test, RawSocketPeer peer) {
        shakeHands(peer, "broken");
        peer.sendHex("00010000").send(new byte[5000]);
        Await.until("half a frame is held", () -> test.holdings.inbound() > 0);
      }
    },
    WHILE_THE_SERVER_WRITES {
      @Override
      void go(BrokenPeerIntegrationTests test, RawSocketPeer peer) {
        shakeHands(peer, "broken");
        String id = test.fixture.admitted(peer);
        for (int i = 0; i < 20; i++) {
          var _ = test.fixture.server.send(id, block(1000 * KIB));
        }
        Await.until("bytes wait", () -> test.holdings.outbound() > 0);
      }
    };

    abstract void go(BrokenPeerIntegrationTests test, RawSocketPeer peer);
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void nothingOfAPeerThatResetsStays(Place place) {
    try (RawSocketPeer peer = RawSocketPeer.connect(fixture.server.address(), 4 * KIB)) {
      place.go(this, peer);
      peer.reset();
    }
    expectOnlyTheWitness();
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void nothingOfAPeerThatEndsItsStreamStays(Place place) {
    try (RawSocketPeer peer = RawSocketPeer.connect(fixture.server.address(), 4 * KIB)) {
      place.go(this, peer);
      peer.shutdownOutput();
      // The server ends its half too, however much it had to say first.
      peer.readToEnd();
    }
    expectOnlyTheWitness();
  }

  @Test
  void aPeerThatEndsItsStreamInsideAFrameIsToldSo() {
    try (RawSocketPeer peer = fixture.connect()) {
      shakeHands(peer, "broken");
      peer.sendHex("00010000").send(new byte[5000]).shutdownOutput();

      DisconnectMessage goodbye = peer.readDisconnect();

      assertThat(goodbye.getReason()).isEqualTo(DisconnectMessage.Reason.NETWORK_ERROR);
      assertThat(goodbye.getDetails()).isEqualTo("the stream ended inside a frame");
      peer.expectEndOfStream();
    }
    expectOnlyTheWitness();
  }

  /**
   * As much as the system takes at once: beyond that, Netty on epoll loses the socket of a peer
   * that ended its stream as soon as there was a moment with nothing to write.
   */
  @Test
  void aPeerThatEndsItsStreamGetsWhatIsQueuedForItThenAGoodbye() {
    try (RawSocketPeer peer = RawSocketPeer.connect(fixture.server.address(), 4 * KIB)) {
      shakeHands(peer, "broken");
      String id = fixture.admitted(peer);
      for (int i = 0; i < 8; i++) {
        var _ = fixture.server.send(id, block(8 * KIB));
      }
      peer.shutdownOutput();
      for (int i = 0; i < 8; i++) {
        assertThat(peer.readMessage()).isEqualTo(block(8 * KIB));
      }
      assertThat(peer.readDisconnect().getReason()).isEqualTo(DisconnectMessage.Reason.REQUESTED);
      peer.expectEndOfStream();
      assertThat(fixture.recorded.nextClosed().reason()).isEqualTo(CloseReason.END_OF_STREAM);
    }
    expectOnlyTheWitness();
  }

  @Test
  void aPartialFrameIsGivenBackWhenTheEndBeginsThoughTheSocketStaysOpen() {
    try (RawSocketPeer peer = RawSocketPeer.connect(fixture.server.address(), 4 * KIB)) {
      shakeHands(peer, "broken");
      String id = fixture.admitted(peer);
      Link link = Holdings.link(fixture, id);
      // So much that the goodbye cannot leave, and the socket stays open until somebody reads.
      for (int i = 0; i < 20; i++) {
        var _ = fixture.server.send(id, block(1000 * KIB));
      }
      peer.sendHex("00010000").send(new byte[5000]);
      Await.until("half a frame is held", () -> holdings.inbound() > 0);

      link.close(CloseReason.REQUESTED, "enough");

      Await.until("the partial frame is given back", () -> holdings.inbound() == 0);
      assertThat(link.channel().isOpen()).isTrue();
      peer.reset();
    }
    expectOnlyTheWitness();
  }

  /** When the end of the stream is seen and when reading goes on is a race: hence repeated. */
  @RepeatedTest(10)
  void aPeerThatEndsItsStreamIsToldGoodbyeThoughItsHandlerWasBusy() {
    ServerFixture.Settings settings = new ServerFixture.Settings();
    settings.maxMessageSize = 64 * KIB;
    settings.handler = Optional.of(message -> await(release));
    try (ServerFixture deaf = new ServerFixture(settings);
        RawSocketPeer peer = deaf.connect()) {
      Link link = Holdings.link(deaf, deaf.admitted(peer));
      byte[] frame = RawSocketPeer.frame(block(60 * KIB).toByteString());
      for (int i = 0; i < 5; i++) {
        peer.send(frame);
      }
      Await.until("reading stopped behind the ping", () -> link.messagesRead() >= 3);

      peer.shutdownOutput();
      release.countDown();

      assertThat(peer.readDisconnect().getReason()).isEqualTo(DisconnectMessage.Reason.REQUESTED);
      peer.expectEndOfStream();
    }
  }

  @Test
  void theGoodbyeIsNotDestroyedByInputThatNobodyRead() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    ServerFixture.Settings settings = new ServerFixture.Settings();
    settings.maxMessageSize = 64 * KIB;
    settings.handler =
        Optional.of(message -> {
          busy.countDown();
          await(release);
        });
    try (ServerFixture deaf = new ServerFixture(settings);
        RawSocketPeer peer = deaf.connect()) {
      String id = deaf.admitted(peer);
      byte[] frame = RawSocketPeer.frame(block(60 * KIB).toByteString());
      for (int i = 0; i < 8; i++) {
        peer.send(frame);
      }
      await(busy);
      Link link = Holdings.link(deaf, id);

      link.close(CloseReason.REQUESTED, "enough");

      assertThat(peer.readDisconnect().getDetails()).isEqualTo("enough");
      peer.expectEndOfStream();
      release.countDown();
    }
  }

  private void expectOnlyTheWitness() {
    witness.ping(7);
    Await.until("one connection is left", () -> fixture.server.connectionCount() == 1);
    holdings.awaitGivenBack();
  }

  private static ByteString hello(String name) {
    return TestKeys.hello(name).toByteString();
  }

  private static void shakeHands(RawSocketPeer peer, String name) {
    assertThat(peer.sendFrame(hello(name)).readHandshakeResponse().getAccepted()).isTrue();
  }

  private static Message block(int size) {
    return Message.newBuilder()
        .setSenderId("x")
        .setBlock(Block.newBuilder().setBlockData(ByteString.copyFrom(new byte[size])))
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
