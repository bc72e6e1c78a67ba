package io.rollcall.transport.compression;

import io.rollcall.transport.Compression;
import io.rollcall.transport.CompressionSettings;
import io.rollcall.transport.InvalidSettingException;
import io.rollcall.transport.codec.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Messages to zstd frames (RFC 8878) and back: each a single frame that says how much is in it and
 * ends with a check sum. What else the format knows is refused. Works on the caller's thread, for
 * microseconds a KiB, and is safe for any.
 */
public final class ZstdCodec {

  /**
   * A message may be so many times as large as the frame it is in: a byte that comes brings about a
   * bounded amount of work and memory. What would be smaller still goes as it is.
   */
  public static final int MOST_TIMES = 64;

  private ZstdCodec() {}

  /**
   * Makes sure that it works here.
   *
   * @throws InvalidSettingException naming {@code compression}, when the library is not on the
   *     class path, or does not load on this machine
   */
  public static ZstdCodec load() {
    try {
      ZstdLibrary.load();
      return new ZstdCodec();
    } catch (NoClassDefFoundError missing) {
      throw unavailable("com.github.luben:zstd-jni is not on the class path");
    } catch (UnsatisfiedLinkError | ExceptionInInitializerError unfit) {
      throw unavailable(
          "com.github.luben:zstd-jni does not load on this machine (%s)".formatted(unfit));
    }
  }

  /** What these settings ask for; empty when that is no compression. */
  public static Optional<ZstdCodec> of(CompressionSettings settings) {
    return settings.on() ? Optional.of(load()) : Optional.empty();
  }

  private static InvalidSettingException unavailable(String why) {
    return new InvalidSettingException(
        "compression", Compression.ZSTD.word(), "none, as long as " + why);
  }

  /** Most bytes that {@link #compress} may write for so many. */
  public int mostCompressed(int size) {
    return ZstdLibrary.mostCompressed(size);
  }

  /** Whether a message of this size is better sent as a frame of that size. */
  public boolean pays(int size, int compressed) {
    return compressed < size && size <= (long) MOST_TIMES * compressed;
  }

  /**
   * Compresses what is left of the source.
   *
   * @param target with {@link #mostCompressed} bytes left; on the heap if the source is, else
   *     direct
   * @return how many bytes were written; the buffers' positions stay
   */
  public int compress(ByteBuffer source, ByteBuffer target) {
    return ZstdLibrary.compress(source, target);
  }

  /**
   * How large the message in a frame is, before anything is allocated for it.
   *
   * @return from 1 to {@code maxMessageSize}
   * @throws io.rollcall.transport.MessageTooLargeException when it is larger
   * @throws MalformedMessageException when it is not one frame as {@link #compress} makes them
   */
  public int contentSize(byte[] frame, int maxMessageSize) {
    return ZstdFrame.contentSize(frame, maxMessageSize, MOST_TIMES);
  }

  /**
   * The message in a frame.
   *
   * @param contentSize what {@link #contentSize} said of it
   * @throws MalformedMessageException when it cannot be had, or has another size
   */
  public byte[] decompress(byte[] frame, int contentSize) {
    byte[] message = new byte[contentSize];
    int size = ZstdLibrary.decompress(frame, message);
    if (size != contentSize) {
      throw new MalformedMessageException(
          "compressed message refused: it has %d bytes, and says %d".formatted(size, contentSize));
    }
    return message;
  }
}
