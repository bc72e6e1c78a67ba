package io.rollcall.benchmarks.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

/** Stands between one client and a server on this machine, and counts the bytes of both ways. */
final class Relay implements AutoCloseable {

  private static final long QUIET_MILLIS = 300;

  private final ServerSocket listening;
  private final int serverPort;
  private final AtomicLong toServer = new AtomicLong();
  private final AtomicLong toClient = new AtomicLong();
  private final AtomicLong lastByte = new AtomicLong(System.nanoTime());

  /**
   * What passed.
   *
   * @param toServer bytes from the client
   * @param toClient bytes from the server
   */
  record Bytes(long toServer, long toClient) {}

  Relay(int serverPort) throws IOException {
    this.serverPort = serverPort;
    this.listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  /** What passed, once nothing more does for a moment. */
  Bytes quiet() throws InterruptedException {
    while (System.nanoTime() - lastByte.get() < QUIET_MILLIS * 1_000_000) {
      Thread.sleep(QUIET_MILLIS / 10);
    }
    return new Bytes(toServer.get(), toClient.get());
  }

  private void accept() {
    try (Socket client = listening.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort)) {
      Thread back = Thread.ofVirtual().start(() -> pump(server, client, toClient));
      pump(client, server, toServer);
      back.join();
    } catch (IOException closed) {
      // Then the measurement is over.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void pump(Socket from, Socket to, AtomicLong count) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[8192];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        count.addAndGet(read);
        lastByte.set(System.nanoTime());
        out.write(buffer, 0, read);
      }
      to.shutdownOutput();
    } catch (IOException closed) {
      // Then there is nothing more to count.
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
