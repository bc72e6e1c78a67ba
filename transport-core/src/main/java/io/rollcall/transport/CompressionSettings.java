package io.rollcall.transport;

/**
 * Whether one side of a connection wants messages compressed; they are if the other one does too,
 * and both know by handshake v2 who the other is.
 *
 * @param algorithm with what
 * @param threshold bytes of the smallest message that is compressed, at least 64; smaller ones cost
 *     more than they save
 */
public record CompressionSettings(Compression algorithm, int threshold) {

  /** 4 KiB. */
  public static final int DEFAULT_THRESHOLD = 4096;

  /** No compression. */
  public static final CompressionSettings OFF =
      new CompressionSettings(Compression.NONE, DEFAULT_THRESHOLD);

  /** Of a frame's header, a block's and the check sum of its end, what is left is no message. */
  private static final int LEAST_THRESHOLD = 64;

  /** Checks the threshold. */
  public CompressionSettings {
    ConnectionSettings.require(
        threshold >= LEAST_THRESHOLD,
        "compression-threshold",
        threshold,
        "at least " + LEAST_THRESHOLD + " bytes");
  }

  /** Whether anything is ever compressed. */
  public boolean on() {
    return algorithm != Compression.NONE;
  }
}
