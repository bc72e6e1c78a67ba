package io.rollcall.transport.netty;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import io.rollcall.transport.TlsSettings;
import java.util.concurrent.Executor;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLKeyException;
import javax.net.ssl.SSLParameters;

/**
 * What both sides need of TLS: engines that speak 1.3 alone, and what binds a handshake to them.
 */
final class Tls {

  /** Before all other handlers: looks at the bytes as they are on the wire. */
  static final String RECORDS = "tls-records";

  private static final String[] PROTOCOLS = {"TLSv1.3"};

  /** What this connection's exporter is used for; both sides of a handshake sign what it gives. */
  private static final String BINDING_LABEL = "EXPORTER-rollcall-handshake-v2";

  private static final int BINDING_BYTES = 32;

  /**
   * For how long a session may be resumed, the least there is: with a resumed one certificates are
   * not looked at.
   */
  private static final int SESSION_SECONDS = 1;

  private Tls() {}

  /** An engine for an accepted socket. */
  static SSLEngine serverEngine(TlsSettings settings) {
    SSLContext context = settings.context().get();
    context.getServerSessionContext().setSessionTimeout(SESSION_SECONDS);
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(PROTOCOLS);
    switch (settings.clientAuth()) {
      case NONE -> {}
      case WANT -> parameters.setWantClientAuth(true);
      case NEED -> parameters.setNeedClientAuth(true);
    }
    engine.setSSLParameters(parameters);
    return engine;
  }

  /**
   * An engine for a socket that was dialled. The server must have a certificate for its host.
   *
   * @param host name or address as it was configured; a name is told to the server too (SNI)
   */
  static SSLEngine clientEngine(TlsSettings settings, String host, int port) {
    SSLContext context = settings.context().get();
    context.getClientSessionContext().setSessionTimeout(SESSION_SECONDS);
    SSLEngine engine = context.createSSLEngine(host, port);
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(PROTOCOLS);
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    engine.setSSLParameters(parameters);
    return engine;
  }

  /**
   * Netty's handler of an engine, without time limits of its own: those of the connection hold.
   *
   * @param arithmetic runs what takes long; never on an event loop
   */
  static SslHandler handler(SSLEngine engine, Executor arithmetic) {
    SslHandler handler = new SslHandler(engine, arithmetic);
    handler.setHandshakeTimeoutMillis(0);
    handler.setCloseNotifyFlushTimeoutMillis(0);
    return handler;
  }

  /**
   * What only the two ends of this TLS session know, the same on both: 32 bytes; empty without TLS.
   * On the event loop, once the link can speak.
   */
  static ByteString binding(Channel channel) {
    SslHandler handler = channel.pipeline().get(SslHandler.class);
    if (handler == null) {
      return ByteString.EMPTY;
    }
    try {
      ExtendedSSLSession session = (ExtendedSSLSession) handler.engine().getSession();
      return UnsafeByteOperations.unsafeWrap(
          session.exportKeyingMaterialData(BINDING_LABEL, null, BINDING_BYTES));
    } catch (SSLKeyException none) {
      throw new IllegalStateException("the TLS session has no exporter", none);
    }
  }

  /** Closes the socket at once, and says nothing on TLS. */
  static void closeChannel(Channel channel) {
    ChannelHandlerContext records = channel.pipeline().context(RECORDS);
    var _ = records == null ? channel.close() : records.close();
  }
}
