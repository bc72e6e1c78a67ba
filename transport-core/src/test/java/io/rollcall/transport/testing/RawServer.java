package io.rollcall.transport.testing;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;

/**
 * A server that does nothing by itself, for tests of clients: listens on a free port of loopback
 * and hands its sockets out as {@link RawSocketPeer}. Blocking, ten seconds at most.
 */
public final class RawServer implements Closeable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final ServerSocket socket;

  private RawServer(ServerSocket socket) {
    this.socket = socket;
  }

  /** Listens. */
  public static RawServer listen() {
    try {
      ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      socket.setSoTimeout((int) PATIENCE.toMillis());
      return new RawServer(socket);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** An address that refuses connections: somebody listened there and does no more. */
  public static String deadAddress() {
    try (RawServer server = listen()) {
      return server.address();
    }
  }

  /** {@code host:port}. */
  public String address() {
    return socket.getInetAddress().getHostAddress() + ":" + socket.getLocalPort();
  }

  /** The next connection. */
  public RawSocketPeer accept() {
    try {
      return RawSocketPeer.of(socket.accept());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Listens no more; connections that were accepted stay. */
  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
