package io.rollcall.transport.session;

import com.google.protobuf.ByteString;
import io.rollcall.transport.Compression;
import io.rollcall.transport.auth.AuthManager;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * A client's side of the handshake: begins one {@link ClientExchange} for each dial. Safe for any
 * thread.
 */
public final class ClientHandshake {

  private final AuthManager auth;
  private final String clientId;
  private final ClientHandshakeSettings settings;
  private final InstantSource clock;
  private final RandomGenerator nonces;

  /**
   * Speaks for one client.
   *
   * @param auth signs
   * @param clientId what the client calls itself; it proves nothing
   * @param settings which handshakes, and with whom
   * @param clock for the timestamp, which a server compares with its own by v1
   * @param nonces a cryptographic source: {@code SecureRandom}
   */
  public ClientHandshake(
      AuthManager auth,
      String clientId,
      ClientHandshakeSettings settings,
      InstantSource clock,
      RandomGenerator nonces) {
    this.auth = auth;
    this.clientId = clientId;
    this.settings = settings;
    this.clock = clock;
    this.nonces = nonces;
  }

  /**
   * Begins the handshake of one connection.
   *
   * @param binding what names its TLS session; empty without TLS
   * @param compression what to offer the server
   */
  public ClientExchange begin(ByteString binding, Compression compression) {
    return new ClientExchange(auth, clientId, settings, clock, nonces, binding, compression);
  }
}
