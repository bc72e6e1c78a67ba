package io.rollcall.proto;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.XTRequest;
import io.rollcall.proto.v1.XtID;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * The identity of a cross-chain transaction: SHA-256 over the encoded {@code XTRequest}, without
 * tag or nonce, so equal requests have equal ids (rollup.v1, as the public Go SDK v1.0.1 computes
 * it).
 *
 * @param hash 32 bytes
 */
public record XtId(ByteString hash) implements Comparable<XtId> {

  /** Length of every id. */
  public static final int BYTES = 32;

  /**
   * Takes a hash as it came.
   *
   * @throws IllegalArgumentException when it has not 32 bytes
   */
  public XtId {
    if (hash.size() != BYTES) {
      throw new IllegalArgumentException("XT id has " + hash.size() + " bytes, expected " + BYTES);
    }
  }

  /** The id of a request as this program would encode it. */
  public static XtId of(XTRequest request) {
    return ofEncoded(request.toByteString());
  }

  /** The id of a request's bytes as they came, whether or not they are a valid request. */
  public static XtId ofEncoded(ByteString encodedRequest) {
    MessageDigest digest = sha256();
    encodedRequest.asReadOnlyByteBufferList().forEach(digest::update);
    return new XtId(ByteString.copyFrom(digest.digest()));
  }

  /**
   * The id inside a wire message.
   *
   * @throws IllegalArgumentException when it has not 32 bytes
   */
  public static XtId of(XtID message) {
    return new XtId(message.getHash());
  }

  /**
   * Reads 64 hex digits; {@code 0x} in front is accepted.
   *
   * @throws IllegalArgumentException when the text is anything else
   */
  public static XtId parse(String text) {
    String digits = text.strip().toLowerCase(Locale.ROOT);
    if (digits.startsWith("0x")) {
      digits = digits.substring(2);
    }
    if (!digits.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("'" + text + "' is no XT id; expected 64 hex digits");
    }
    return new XtId(ByteString.copyFrom(HexFormat.of().parseHex(digits)));
  }

  /** As a wire message. */
  public XtID toMessage() {
    return XtID.newBuilder().setHash(hash).build();
  }

  /** 64 lower-case hex digits. */
  public String hex() {
    return HexFormat.of().formatHex(hash.toByteArray());
  }

  /** By bytes: any fixed order will do, and this one needs no conversion. */
  @Override
  public int compareTo(XtId other) {
    return ByteString.unsignedLexicographicalComparator().compare(hash, other.hash);
  }

  /** 64 lower-case hex digits. */
  @Override
  public String toString() {
    return hex();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }
}
