package io.rollcall.transport.session;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/**
 * What both sides of handshake v2 saw of it, and so what they sign: docs/handshake.md has the
 * bytes. Two sides that differ in any of it do not accept each other.
 *
 * @param networkId what the signer calls the network
 * @param clientKey 33 bytes, compressed
 * @param serverKey 33 bytes, compressed
 * @param clientNonce as in the hello
 * @param serverNonce as in the challenge
 * @param binding what names the TLS session; empty without TLS
 * @param hello the first frame, without its length prefix
 * @param challenge the second frame, without its length prefix
 */
record Transcript(
    String networkId,
    ByteString clientKey,
    ByteString serverKey,
    ByteString clientNonce,
    ByteString serverNonce,
    ByteString binding,
    ByteString hello,
    ByteString challenge) {

  /**
   * Read as the timestamp that a v1 hello signs first, these are a moment before 1970: no v2
   * signature can be taken for that of a v1 hello.
   */
  private static final ByteString NO_TIMESTAMP = ByteString.fromHex("ffffffffffffffff");

  private static final String CLIENT = "rollcall handshake v2, client";

  private static final String SERVER = "rollcall handshake v2, server";

  /** What the client signs. */
  byte[] ofClient() {
    return encode(CLIENT, List.of(sha256(hello), sha256(challenge)));
  }

  /**
   * What the server signs.
   *
   * @param proof the third frame, without its length prefix
   * @param sessionId of the fourth
   */
  byte[] ofServer(ByteString proof, String sessionId) {
    return encode(
        SERVER,
        List.of(
            sha256(hello),
            sha256(challenge),
            sha256(proof),
            ByteString.copyFrom(sessionId, StandardCharsets.UTF_8)));
  }

  /** Every part behind its length, so that no two lists of parts have the same bytes. */
  private byte[] encode(String role, List<ByteString> more) {
    List<ByteString> parts =
        new ArrayList<>(
            List.of(
                ByteString.copyFrom(role, StandardCharsets.US_ASCII),
                ByteString.copyFrom(networkId, StandardCharsets.UTF_8),
                clientKey,
                serverKey,
                clientNonce,
                serverNonce,
                binding));
    parts.addAll(more);
    int size = NO_TIMESTAMP.size() + parts.stream().mapToInt(p -> Short.BYTES + p.size()).sum();
    ByteBuffer bytes = ByteBuffer.allocate(size);
    NO_TIMESTAMP.copyTo(bytes);
    for (ByteString part : parts) {
      bytes.putShort((short) part.size());
      part.copyTo(bytes);
    }
    return bytes.array();
  }

  private static ByteString sha256(ByteString bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      bytes.asReadOnlyByteBufferList().forEach(digest::update);
      return ByteString.copyFrom(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }
}
