package io.rollcall.transport;

import java.util.Locale;

/** How the ends of a connection came to know each other. */
public enum HandshakeVersion {
  /** Not at all. */
  NONE,
  /** By the SDK's handshake: the client proved its key. */
  V1,
  /** By Rollcall's own: both sides proved their keys, for this connection. */
  V2;

  /** As health, endpoints and logs write it: {@code none}, {@code v1}, {@code v2}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
