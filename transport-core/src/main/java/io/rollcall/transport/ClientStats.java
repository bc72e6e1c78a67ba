package io.rollcall.transport;

import java.util.Optional;

/**
 * A client's figures.
 *
 * @param clientId its id
 * @param serverAddress the address dialled last, or the first to be dialled
 * @param connection the figures of the connection; empty while there is none
 * @param dials attempts to connect since the client was made
 * @param lastFailure why the last attempt failed or the last connection ended; empty if none did
 */
public record ClientStats(
    String clientId,
    String serverAddress,
    Optional<ConnectionInfo> connection,
    long dials,
    Optional<String> lastFailure) {

  /** Whether a connection is up. */
  public boolean connected() {
    return connection.isPresent();
  }
}
