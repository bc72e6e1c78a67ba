package io.rollcall.transport.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.testing.ByteChanges;
import io.rollcall.transport.testing.FuzzRuns;
import io.rollcall.transport.testing.GoldenHandshake;
import io.rollcall.transport.testing.PlainText;
import io.rollcall.transport.testing.TestKeys;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Hellos that are almost right: a genuine one, changed here and there. */
class HelloFuzzTests {

  @RegisterExtension static final FuzzRuns RUNS = new FuzzRuns();

  private static final GoldenHandshake GENUINE = GoldenHandshake.all().getFirst();

  /** A line of the log may say more than a peer hears. */
  private static final int MOST_IN_LOG = 1024;

  /** Three bytes for each change: of which field, where, and what. */
  @FuzzTest(maxDuration = "1m")
  void aChangedHelloIsRefused(byte[] changes) {
    RUNS.one(changes);
    HandshakeRequest hello = changed(changes);
    switch (judge(hello)) {
      case HandshakeResult.Accepted accepted -> {
        // Only what a genuine one signed; of the rest, another encoding of the same values.
        assertThat(hello.getTimestamp()).isEqualTo(GENUINE.timestamp());
        assertThat(hello.getNonce()).isEqualTo(GENUINE.nonce());
        assertThat(PublicKey.of(hello.getPublicKey()).hex()).isEqualTo(GENUINE.publicKey());
        assertThat(accepted.identity().label()).isEqualTo("sdk");
        PlainText.requirePrintable(accepted.response().getSessionId(), PlainText.MOST_TO_A_PEER);
      }
      case HandshakeResult.Challenged _ -> throw new AssertionError("nobody offered v2");
      case HandshakeResult.Rejected rejected -> {
        PlainText.requirePrintable(rejected.details(), PlainText.MOST_TO_A_PEER);
        rejected
            .response()
            .ifPresent(response ->
                PlainText.requirePrintable(response.getError(), PlainText.MOST_TO_A_PEER));
        PlainText.require(rejected.log(), MOST_IN_LOG);
      }
    }
  }

  @Test
  void theGenuineOneIsAccepted() throws InvalidProtocolBufferException {
    assertThat(judge(HandshakeRequest.parseFrom(GENUINE.body())))
        .isInstanceOf(HandshakeResult.Accepted.class);
  }

  /** A new server each time: it may remember what it accepted. */
  private static HandshakeResult judge(HandshakeRequest hello) {
    EcdsaAuthManager auth = TestKeys.authManager("server");
    auth.addTrustedKey(TrustedEntry.of("sdk", PublicKey.parse(GENUINE.publicKey())));
    return new ServerHandshake(
            auth,
            AdmissionSettings.TRUSTED_ONLY,
            InstantSource.fixed(Instant.EPOCH.plusNanos(GENUINE.timestamp())))
        .judge(TestKeys.received(hello))
        .toCompletableFuture()
        .join();
  }

  private static HandshakeRequest changed(byte[] changes) {
    HandshakeRequest.Builder hello =
        HandshakeRequest.newBuilder()
            .setTimestamp(GENUINE.timestamp())
            .setPublicKey(PublicKey.parse(GENUINE.publicKey()).bytes())
            .setSignature(GENUINE.signature())
            .setNonce(GENUINE.nonce())
            .setClientId(GENUINE.clientId());
    for (int i = 0; i + 2 < changes.length; i += 3) {
      int where = changes[i + 1] & 0xff;
      byte what = changes[i + 2];
      switch (changes[i] & 0x0f) {
        case 0 -> hello.setTimestamp(hello.getTimestamp() ^ ((long) what << (where & 0x3f)));
        case 1 -> hello.setTimestamp(hello.getTimestamp() + what * 1_000_000_000L);
        case 2 -> hello.setNonce(ByteChanges.flipped(hello.getNonce(), where, what));
        case 3 -> hello.setNonce(ByteChanges.resized(hello.getNonce(), where, what));
        case 4 -> hello.setPublicKey(ByteChanges.flipped(hello.getPublicKey(), where, what));
        case 5 -> hello.setPublicKey(ByteChanges.resized(hello.getPublicKey(), where, what));
        case 6 -> hello.setSignature(ByteChanges.flipped(hello.getSignature(), where, what));
        case 7 -> hello.setSignature(ByteChanges.resized(hello.getSignature(), where, what));
        case 8 -> hello.setClientId(Character.toString((where << Byte.SIZE) | (what & 0xff)));
        case 9 -> hello.setPublicKey(PublicKey.parse(GENUINE.publicKey()).bytes());
        case 10 -> hello.setSignature(ByteString.copyFrom(new byte[where]));
        case 11 -> hello.setTimestamp(what < 0 ? Long.MIN_VALUE + where : Long.MAX_VALUE - where);
        default -> hello.setPublicKey(TestKeys.publicKey("server").bytes());
      }
    }
    return hello.build();
  }
}
