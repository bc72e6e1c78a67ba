package io.rollcall.transport;

import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/**
 * TLS 1.3 on every connection of a server or client.
 *
 * @param context own certificate and whom to trust; asked for each connection, on any thread, so
 *     that a changed certificate counts from the next connection on. Must not block
 * @param clientAuth whether a server wants a certificate of its clients; a client ignores it
 */
public record TlsSettings(Supplier<SSLContext> context, ClientAuth clientAuth) {

  /** What a server wants of its clients during the TLS handshake. */
  public enum ClientAuth {
    /** It asks for no certificate. */
    NONE,
    /** It checks one that is given, and takes a client without. */
    WANT,
    /** No client gets in without one that it trusts. */
    NEED
  }
}
