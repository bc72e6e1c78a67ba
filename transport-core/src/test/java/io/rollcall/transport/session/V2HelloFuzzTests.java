package io.rollcall.transport.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import io.rollcall.proto.handshake.ClientExtension;
import io.rollcall.proto.handshake.ClientHello;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.transport.testing.ByteChanges;
import io.rollcall.transport.testing.FuzzRuns;
import io.rollcall.transport.testing.PlainText;
import io.rollcall.transport.testing.TestKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Offers of v2 that are almost right, each with the proof of the genuine one behind it. */
class V2HelloFuzzTests {

  @RegisterExtension static final FuzzRuns RUNS = new FuzzRuns();

  /** A line of the log may say more than a peer hears. */
  private static final int MOST_IN_LOG = 1024;

  /** Three bytes for each change: of which field, where, and what. */
  @FuzzTest(maxDuration = "1m")
  void aChangedOfferIsRefused(byte[] changes) {
    RUNS.one(changes);
    HandshakeRequest hello = changed(changes);
    switch (V2Genuine.judge(hello)) {
      // It has a signature of v1 too, and nobody may get in by that.
      case HandshakeResult.Accepted _ -> throw new AssertionError("let in by v1");
      case HandshakeResult.Rejected rejected -> checkTexts(rejected);
      case HandshakeResult.Challenged challenged -> {
        switch (V2Genuine.judge(challenged, V2Genuine.PROOF)) {
          case HandshakeResult.Accepted _ ->
              assertThat(hello.toByteString()).isEqualTo(V2Genuine.HELLO.toByteString());
          case HandshakeResult.Challenged _ -> throw new AssertionError("challenged twice");
          case HandshakeResult.Rejected rejected -> checkTexts(rejected);
        }
      }
    }
  }

  @Test
  void theGenuineOneIsAccepted() {
    HandshakeResult.Challenged challenged =
        (HandshakeResult.Challenged) V2Genuine.judge(V2Genuine.HELLO);

    assertThat(V2Genuine.judge(challenged, V2Genuine.PROOF))
        .isInstanceOf(HandshakeResult.Accepted.class);
  }

  private static void checkTexts(HandshakeResult.Rejected rejected) {
    PlainText.requirePrintable(rejected.details(), PlainText.MOST_TO_A_PEER);
    PlainText.requirePrintable(
        rejected.response().orElseThrow().getError(), PlainText.MOST_TO_A_PEER);
    PlainText.require(rejected.log(), MOST_IN_LOG);
  }

  private static HandshakeRequest changed(byte[] changes) {
    HandshakeRequest.Builder hello = V2Genuine.HELLO.toBuilder();
    for (int i = 0; i + 2 < changes.length; i += 3) {
      int where = changes[i + 1] & 0xff;
      byte what = changes[i + 2];
      switch (changes[i] & 0x0f) {
        case 0 -> hello.setTimestamp(hello.getTimestamp() ^ ((long) what << (where & 0x3f)));
        case 1 -> hello.setNonce(ByteChanges.flipped(hello.getNonce(), where, what));
        case 2 -> hello.setNonce(ByteChanges.resized(hello.getNonce(), where, what));
        case 3 -> hello.setPublicKey(ByteChanges.flipped(hello.getPublicKey(), where, what));
        case 4 -> hello.setPublicKey(ByteChanges.resized(hello.getPublicKey(), where, what));
        case 5 -> hello.setSignature(ByteChanges.flipped(hello.getSignature(), where, what));
        case 6 -> hello.setSignature(ByteChanges.resized(hello.getSignature(), where, what));
        case 7 -> hello.setClientId(Character.toString((where << Byte.SIZE) | (what & 0xff)));
        case 8 -> hello.setExtension(ByteChanges.flipped(hello.getExtension(), where, what));
        case 9 -> hello.setExtension(ByteChanges.resized(hello.getExtension(), where, what));
        case 10 ->
            hello.setExtension(
                offer(Character.toString((where << Byte.SIZE) | (what & 0xff)), false));
        case 11 -> hello.setExtension(offer("testnet", what < 0));
        case 12 -> hello.clearExtension();
        case 13 -> hello.setPublicKey(TestKeys.publicKey("server").bytes());
        case 14 -> hello.setTimestamp(where);
        default -> {}
      }
    }
    return hello.build();
  }

  private static ByteString offer(String networkId, boolean tls) {
    return ClientExtension.newBuilder()
        .setHello(ClientHello.newBuilder().setNetworkId(networkId).setTls(tls))
        .build()
        .toByteString();
  }
}
