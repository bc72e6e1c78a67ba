package io.rollcall.transport;

/** How large messages are compressed between two peers of Rollcall that both want it. */
public enum Compression {
  /** Not at all. */
  NONE,
  /** By zstd, RFC 8878. */
  ZSTD;

  /** As properties and logs have it. */
  public String word() {
    return this == NONE ? "none" : "zstd";
  }
}
