package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.buffer.ByteBuf;
import io.rollcall.proto.handshake.ServerExtension;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.ThrottleSettings;
import io.rollcall.transport.UnauthenticatedSettings;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.dispatch.MessageDispatcher;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.session.AddressThrottle;
import io.rollcall.transport.session.ConnectionManager;
import io.rollcall.transport.session.HandshakeCrypto;
import io.rollcall.transport.session.ServerHandshake;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.FuzzRuns;
import io.rollcall.transport.testing.GoldenHandshake;
import io.rollcall.transport.testing.PlainText;
import io.rollcall.transport.testing.RecordingHandler;
import io.rollcall.transport.testing.TestKeys;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

/** What a stranger's first bytes can do where a handshake is required. */
class FirstFrameFuzzTests {

  @RegisterExtension static final FuzzRuns RUNS = new FuzzRuns();

  private static final Logger LOG =
      (Logger) LoggerFactory.getLogger(ServerAdmission.class.getPackageName());

  private static final GoldenHandshake GENUINE = GoldenHandshake.all().getFirst();

  /** Refused peers are what this is about; only our own faults are news. */
  @BeforeAll
  static void logLess() {
    LOG.setLevel(Level.ERROR);
  }

  @AfterAll
  static void logAsBefore() {
    LOG.setLevel(null);
  }

  @FuzzTest(maxDuration = "1m")
  void nobodyGetsInWithoutATrustedKeysSignature(byte[] stream) throws Exception {
    RUNS.one(stream);
    if (admits(stream)) {
      HandshakeRequest hello = firstFrame(stream).orElseThrow();
      assertThat(hello.getTimestamp()).isEqualTo(GENUINE.timestamp());
      assertThat(hello.getNonce()).isEqualTo(GENUINE.nonce());
      assertThat(PublicKey.of(hello.getPublicKey()).hex()).isEqualTo(GENUINE.publicKey());
    }
  }

  @Test
  void aTrustedKeyGetsIn() throws Exception {
    assertThat(admits(GENUINE.frame().toByteArray())).isTrue();
  }

  private static boolean admits(byte[] stream) throws Exception {
    RecordingHandler recorded = new RecordingHandler();
    ConnectionManager<NettyConnection> connections =
        new ConnectionManager<>(1, TransportMetrics.NOOP, System::nanoTime);
    ServerAdmission admission =
        new ServerAdmission(
            connections,
            new MessageDispatcher(
                "test-", EmbeddedLink.MAX_MESSAGE_SIZE, recorded, recorded, TransportMetrics.NOOP),
            UnauthenticatedSettings.DEFAULT,
            new AddressThrottle(ThrottleSettings.DEFAULT, System::nanoTime),
            new Withdrawals(connections, Optional.empty(), event -> {}),
            event -> {});
    try (EmbeddedLink embedded = new EmbeddedLink();
        HandshakeCrypto crypto = new HandshakeCrypto()) {
      embedded
          .channel
          .pipeline()
          .addBefore(
              ConnectionPipeline.ERRORS,
              ConnectionPipeline.HANDSHAKE,
              new ServerHandshakeHandler(
                  ServerHandshakeHandler.Mode.REQUIRED,
                  Duration.ofSeconds(5),
                  Optional.of(handshake()),
                  crypto,
                  admission.candidate(embedded.link, FirstReads.of(embedded.channel)),
                  embedded.frames));
      embedded.receive(stream);
      if (firstFrame(stream).isPresent()) {
        Await.until(
            "the hello to be judged",
            () -> {
              embedded.channel.runPendingTasks();
              return embedded.link.ended()
                  || takesMessages(embedded)
                  || !embedded.channel.outboundMessages().isEmpty();
            });
      }
      boolean takesMessages = takesMessages(embedded);
      // What looks like a proof may still be judged when its time is up.
      Await.until(
          "its end, if it was not admitted",
          () -> {
            embedded.advance(Duration.ofSeconds(6));
            return embedded.link.ended() || takesMessages;
          });
      List<ByteString> answers = answers(embedded);
      if (isChallenge(answers.getFirst())) {
        answers.removeFirst();
      }
      boolean admitted = HandshakeResponse.parseFrom(answers.getFirst()).getAccepted();
      assertThat(admitted || !takesMessages).isTrue();
      if (!admitted) {
        checkRefusal(answers);
      }
      return admitted;
    }
  }

  /** A new one each time: it may remember what it accepted. */
  private static ServerHandshake handshake() {
    EcdsaAuthManager auth = TestKeys.authManager("server");
    auth.addTrustedKey(TrustedEntry.of("sdk", PublicKey.parse(GENUINE.publicKey())));
    return new ServerHandshake(
        auth,
        AdmissionSettings.TRUSTED_ONLY,
        InstantSource.fixed(Instant.EPOCH.plusNanos(GENUINE.timestamp())));
  }

  private static boolean takesMessages(EmbeddedLink embedded) {
    return embedded.channel.pipeline().get(ConnectionPipeline.MESSAGES) != null;
  }

  /** The hello that a server has to judge, if these bytes begin with one. */
  private static Optional<HandshakeRequest> firstFrame(byte[] stream) {
    if (stream.length < 5) {
      return Optional.empty();
    }
    int length = ByteString.copyFrom(stream, 0, 4).asReadOnlyByteBuffer().getInt();
    if (length <= 0
        || length > ServerHandshakeHandler.MOST_BYTES
        || length > stream.length - 4
        || stream[4] != 0x08) {
      return Optional.empty();
    }
    try {
      return Optional.of(HandshakeRequest.parseFrom(ByteString.copyFrom(stream, 4, length)));
    } catch (InvalidProtocolBufferException malformed) {
      return Optional.empty();
    }
  }

  private static List<ByteString> answers(EmbeddedLink embedded) {
    List<ByteString> answers = new ArrayList<>();
    for (ByteBuf sent = embedded.channel.readOutbound();
        sent != null;
        sent = embedded.channel.readOutbound()) {
      try {
        while (sent.isReadable()) {
          int length = sent.readInt();
          answers.add(ByteString.copyFrom(sent.readSlice(length).nioBuffer()));
        }
      } finally {
        sent.release();
      }
    }
    return answers;
  }

  private static boolean isChallenge(ByteString answer) throws Exception {
    return ServerExtension.parseFrom(HandshakeResponse.parseFrom(answer).getExtension())
        .hasChallenge();
  }

  /** Perhaps a HandshakeResponse, then a disconnect, and nothing else. */
  private static void checkRefusal(List<ByteString> answers) throws Exception {
    assertThat(answers).hasSizeBetween(1, 2);
    Message goodbye = Message.parseFrom(answers.getLast());
    assertThat(goodbye.hasDisconnect()).isTrue();
    requireTold(goodbye.getDisconnect().getDetails());
    if (answers.size() == 2) {
      requireTold(HandshakeResponse.parseFrom(answers.getFirst()).getError());
    }
  }

  private static void requireTold(String text) {
    PlainText.requirePrintable(text, PlainText.MOST_TO_A_PEER);
    assertThat(text).isNotEmpty().isNotEqualTo("internal error");
  }
}
