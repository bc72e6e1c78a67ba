package io.rollcall.service.storage;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands before a server, and cuts the line instead of delivering one of its answers. */
final class SwallowingProxy implements AutoCloseable {

  private final ServerSocket listening;
  private final int port;

  /** Answers that are still delivered; then one is swallowed. */
  private final AtomicInteger answersLeft = new AtomicInteger(Integer.MAX_VALUE);

  SwallowingProxy(int port) throws IOException {
    this.port = port;
    this.listening = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  /** Delivers so many further answers and swallows the next one, on the line that is open. */
  void swallowAfter(int answers) {
    answersLeft.set(answers);
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
        Thread.ofVirtual().start(() -> pump(client, server, false));
        Thread.ofVirtual().start(() -> pump(server, client, true));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void pump(Socket from, Socket to, boolean answers) {
    byte[] buffer = new byte[65_536];
    try (from;
        to) {
      InputStream input = from.getInputStream();
      for (int length = input.read(buffer); length >= 0; length = input.read(buffer)) {
        if (answers && answersLeft.getAndDecrement() == 0) {
          return;
        }
        to.getOutputStream().write(buffer, 0, length);
      }
    } catch (IOException cut) {
      // The other direction ended it.
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
