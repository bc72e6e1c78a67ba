package io.rollcall.service.storage;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.zip.CRC32C;

/** What tells a row that is as it was written from one that is not. Stateless. */
final class Seal {

  /** The form of a row. A larger one was written by a later version of this program. */
  static final int VERSION = 1;

  private static final int NUMBERS = 2 * Long.BYTES + Integer.BYTES;

  private Seal() {}

  /** Over everything in the row but itself. */
  static long crc(long sequence, long epoch, int version, ByteString previous, ByteString batch) {
    CRC32C crc = new CRC32C();
    crc.update(numbers(sequence, epoch, version));
    crc.update(previous.asReadOnlyByteBuffer());
    batch.asReadOnlyByteBufferList().forEach(crc::update);
    return crc.getValue();
  }

  /** Over the hash of the row before and everything in the row. */
  static ByteString hash(
      long sequence, long epoch, int version, ByteString previous, ByteString batch) {
    MessageDigest digest = sha256();
    digest.update(previous.asReadOnlyByteBuffer());
    digest.update(numbers(sequence, epoch, version));
    batch.asReadOnlyByteBufferList().forEach(digest::update);
    return ByteString.copyFrom(digest.digest());
  }

  private static ByteBuffer numbers(long sequence, long epoch, int version) {
    return ByteBuffer.allocate(NUMBERS).putLong(sequence).putLong(epoch).putInt(version).flip();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
