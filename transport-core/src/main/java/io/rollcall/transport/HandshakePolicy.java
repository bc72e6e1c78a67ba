package io.rollcall.transport;

/** Which handshakes one side of a connection takes part in. */
public enum HandshakePolicy {
  /** The SDK's alone: the client proves its key, the server proves nothing. */
  V1,
  /** Rollcall's own alone: both sides prove their keys, for this connection and no other. */
  V2,
  /** V2 with whoever offers it, V1 with others. */
  AUTO
}
