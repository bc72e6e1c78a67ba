package io.rollcall.transport;

/** No connection has this id, and no connected peer this identity. */
public final class UnknownPeerException extends TransportException {

  /** Names what was looked for. */
  public UnknownPeerException(String idOrIdentity) {
    super(
        CloseReason.REQUESTED,
        "client " + idOrIdentity + " not found: no such connection id or identity");
  }
}
