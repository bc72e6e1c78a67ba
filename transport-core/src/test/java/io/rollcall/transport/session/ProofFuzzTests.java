package io.rollcall.transport.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.rollcall.proto.handshake.ClientExtension;
import io.rollcall.proto.handshake.ClientProof;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.transport.testing.ByteChanges;
import io.rollcall.transport.testing.FuzzRuns;
import io.rollcall.transport.testing.PlainText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Proofs that are almost right, behind a hello that is. */
class ProofFuzzTests {

  @RegisterExtension static final FuzzRuns RUNS = new FuzzRuns();

  /** A line of the log may say more than a peer hears. */
  private static final int MOST_IN_LOG = 1024;

  private static final ByteString GENUINE = signature(V2Genuine.PROOF);

  /** Three bytes for each change: of what, where, and what it becomes. */
  @FuzzTest(maxDuration = "1m")
  void aChangedProofIsRefused(byte[] changes) {
    RUNS.one(changes);
    HandshakeRequest proof = changed(changes);
    switch (judge(proof)) {
      case HandshakeResult.Accepted accepted -> {
        // What stands around a genuine signature is signed by the server alone.
        assertThat(signature(proof)).isEqualTo(GENUINE);
        assertThat(accepted.identity().label()).isEqualTo("alpha");
        PlainText.requirePrintable(accepted.response().getSessionId(), PlainText.MOST_TO_A_PEER);
      }
      case HandshakeResult.Challenged _ -> throw new AssertionError("challenged twice");
      case HandshakeResult.Rejected rejected -> {
        PlainText.requirePrintable(rejected.details(), PlainText.MOST_TO_A_PEER);
        PlainText.requirePrintable(
            rejected.response().orElseThrow().getError(), PlainText.MOST_TO_A_PEER);
        PlainText.require(rejected.log(), MOST_IN_LOG);
      }
    }
  }

  @Test
  void theGenuineOneIsAccepted() {
    assertThat(judge(V2Genuine.PROOF)).isInstanceOf(HandshakeResult.Accepted.class);
  }

  private static HandshakeResult judge(HandshakeRequest proof) {
    return V2Genuine.judge((HandshakeResult.Challenged) V2Genuine.judge(V2Genuine.HELLO), proof);
  }

  private static HandshakeRequest changed(byte[] changes) {
    HandshakeRequest.Builder proof = V2Genuine.PROOF.toBuilder();
    ByteString signature = GENUINE;
    for (int i = 0; i + 2 < changes.length; i += 3) {
      int where = changes[i + 1] & 0xff;
      byte what = changes[i + 2];
      switch (changes[i] & 0x07) {
        case 0 -> proof.setTimestamp(proof.getTimestamp() ^ ((long) what << (where & 0x3f)));
        case 1 -> {
          signature = ByteChanges.flipped(signature, where, what);
          proof.setExtension(proof(signature));
        }
        case 2 -> {
          signature = ByteChanges.resized(signature, where, what);
          proof.setExtension(proof(signature));
        }
        case 3 -> proof.setExtension(ByteChanges.flipped(proof.getExtension(), where, what));
        case 4 -> proof.setExtension(ByteChanges.resized(proof.getExtension(), where, what));
        case 5 -> proof.setExtension(V2Genuine.HELLO.getExtension());
        case 6 -> proof.setPublicKey(ByteString.copyFrom(new byte[where]));
        default -> proof.setSignature(GENUINE);
      }
    }
    return proof.build();
  }

  private static ByteString proof(ByteString signature) {
    return ClientExtension.newBuilder()
        .setProof(ClientProof.newBuilder().setSignature(signature))
        .build()
        .toByteString();
  }

  private static ByteString signature(HandshakeRequest proof) {
    try {
      return ClientExtension.parseFrom(proof.getExtension()).getProof().getSignature();
    } catch (InvalidProtocolBufferException malformed) {
      throw new AssertionError(malformed);
    }
  }
}
