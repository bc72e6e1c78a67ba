package io.rollcall.proto;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.rollcall.proto.v1.XTRequest;
import io.rollcall.proto.v1.XtID;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a cross-chain transaction: SHA-256 over the encoded {@code XTRequest}, without
 * tag or nonce, so equal requests have equal ids (rollup.v1, as the public Go SDK v1.0.1 computes
 * it). Immutable, any thread.
 *
 * <p>Kept as four numbers: tables of a million ids are asked for each message, and then every
 * object on the way to an id's bytes costs more than the question.
 */
public final class XtId implements Comparable<XtId> {

  /** Length of every id. */
  public static final int BYTES = 32;

  private final long first;
  private final long second;
  private final long third;
  private final long fourth;

  /**
   * Takes a hash as it came.
   *
   * @throws IllegalArgumentException when it has not 32 bytes
   */
  public XtId(ByteString hash) {
    this(requireSize(hash).asReadOnlyByteBuffer());
  }

  private XtId(ByteBuffer hash) {
    first = hash.getLong();
    second = hash.getLong();
    third = hash.getLong();
    fourth = hash.getLong();
  }

  private static ByteString requireSize(ByteString hash) {
    if (hash.size() != BYTES) {
      throw new IllegalArgumentException("XT id has " + hash.size() + " bytes, expected " + BYTES);
    }
    return hash;
  }

  /** The id of a request as this program would encode it. */
  public static XtId of(XTRequest request) {
    return ofEncoded(request.toByteString());
  }

  /** The id of a request's bytes as they came, whether or not they are a valid request. */
  public static XtId ofEncoded(ByteString encodedRequest) {
    MessageDigest digest = sha256();
    encodedRequest.asReadOnlyByteBufferList().forEach(digest::update);
    return new XtId(ByteBuffer.wrap(digest.digest()));
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
    return new XtId(ByteBuffer.wrap(HexFormat.of().parseHex(digits)));
  }

  /** The 32 bytes. */
  public ByteString hash() {
    // Nobody else has the array.
    return UnsafeByteOperations.unsafeWrap(toByteArray());
  }

  /** The 32 bytes, the caller's own. */
  public byte[] toByteArray() {
    return ByteBuffer.allocate(BYTES)
        .putLong(first)
        .putLong(second)
        .putLong(third)
        .putLong(fourth)
        .array();
  }

  /** As a wire message. */
  public XtID toMessage() {
    return XtID.newBuilder().setHash(hash()).build();
  }

  /** 64 lower-case hex digits. */
  public String hex() {
    return HexFormat.of().formatHex(toByteArray());
  }

  /** By bytes: any fixed order will do, and this one needs no conversion. */
  @Override
  public int compareTo(XtId other) {
    int byFirst = Long.compareUnsigned(first, other.first);
    if (byFirst != 0) {
      return byFirst;
    }
    int bySecond = Long.compareUnsigned(second, other.second);
    if (bySecond != 0) {
      return bySecond;
    }
    int byThird = Long.compareUnsigned(third, other.third);
    return byThird != 0 ? byThird : Long.compareUnsigned(fourth, other.fourth);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof XtId id
        && first == id.first
        && second == id.second
        && third == id.third
        && fourth == id.fourth;
  }

  /** A part of the hash: whoever grinds ids to meet in one place finds them ordered there. */
  @Override
  public int hashCode() {
    return (int) first;
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
