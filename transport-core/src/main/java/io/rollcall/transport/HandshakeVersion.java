package io.rollcall.transport;

/** How the ends of a connection came to know each other. */
public enum HandshakeVersion {
  /** Not at all. */
  NONE,
  /** By the SDK's handshake: the client proved its key. */
  V1,
  /** By Rollcall's own: both sides proved their keys, for this connection. */
  V2
}
