package io.rollcall.transport.testing;

import com.google.protobuf.ByteString;

/** How fuzz tests change bytes that were right. */
public final class ByteChanges {

  private ByteChanges() {}

  /** With these bits of one byte turned; the position counts round. */
  public static ByteString flipped(ByteString bytes, int where, byte what) {
    if (bytes.isEmpty()) {
      return bytes;
    }
    byte[] copy = bytes.toByteArray();
    copy[where % copy.length] ^= what;
    return ByteString.copyFrom(copy);
  }

  /** Cut there, or, when {@code what} is negative, longer by as much. */
  public static ByteString resized(ByteString bytes, int where, byte what) {
    return what < 0
        ? bytes.concat(ByteString.copyFrom(new byte[where]))
        : bytes.substring(0, Math.min(where, bytes.size()));
  }
}
