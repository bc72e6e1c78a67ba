package io.rollcall.transport.session;

import com.google.protobuf.ByteString;
import io.rollcall.transport.CloseReason;
import java.util.HexFormat;

/** The refusals that more than one step of a server's judgement needs. */
final class Refusals {

  private static final int LABEL_BYTES = 8;

  private Refusals() {}

  /**
   * A hello or a proof that does not hold.
   *
   * @param text for the peer and for the log
   * @param more for the log alone
   */
  static HandshakeResult.Rejected failed(String text, String more) {
    return HandshakeResult.Rejected.answered(
        CloseReason.AUTH_FAILURE,
        text,
        "handshake verification failed: " + text,
        "refused: " + text + " (" + more + ")");
  }

  /** No address in the log: to find it takes arithmetic, on whatever a stranger sent. */
  static HandshakeResult.Rejected untrusted(ByteString key) {
    return HandshakeResult.Rejected.answered(
        CloseReason.AUTH_FAILURE,
        "untrusted public key - connection rejected",
        "untrusted public key: " + hex(key.substring(0, LABEL_BYTES)),
        "refused: untrusted public key %s; to let it in, add the key to auth.trusted-sequencers"
            .formatted(hex(key)));
  }

  static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
