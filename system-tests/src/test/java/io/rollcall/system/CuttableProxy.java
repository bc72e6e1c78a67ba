package io.rollcall.system;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A TCP relay on a free port that can hold what comes from the server, and cut every connection
 * that runs through it.
 */
final class CuttableProxy implements AutoCloseable {

  private final ServerSocket listener;
  private final String targetHost;
  private final int targetPort;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean holding;
  private long bytesHeldBack;

  CuttableProxy(String target) {
    int colon = target.lastIndexOf(':');
    targetHost = target.substring(0, colon);
    targetPort = Integer.parseInt(target.substring(colon + 1));
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    Thread.ofVirtual().name("proxy-accept").start(this::accept);
  }

  String address() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  /** From now on nothing from the server gets through. */
  void hold() {
    lock.lock();
    try {
      holding = true;
      bytesHeldBack = 0;
    } finally {
      lock.unlock();
    }
  }

  /** How much the server has sent in vain since {@link #hold()}. */
  long bytesHeldBack() {
    lock.lock();
    try {
      return bytesHeldBack;
    } finally {
      lock.unlock();
    }
  }

  /** Cuts all connections, with what was held, and lets new ones through. */
  void cut() {
    sockets.forEach(CuttableProxy::closeQuietly);
    lock.lock();
    try {
      holding = false;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Socket server = new Socket(targetHost, targetPort);
        sockets.add(client);
        sockets.add(server);
        Thread.ofVirtual().name("proxy-up").start(() -> relay(client, server, false));
        Thread.ofVirtual().name("proxy-down").start(() -> relay(server, client, true));
      } catch (IOException closedOrRefused) {
        // The listener was closed, or the target is gone; a client sees its connection end.
      }
    }
  }

  private void relay(Socket from, Socket to, boolean fromServer) {
    byte[] buffer = new byte[8192];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (fromServer) {
          awaitRelease(n);
        }
        out.write(buffer, 0, n);
      }
    } catch (IOException cut) {
      // The other direction ends too, below.
    } finally {
      closeQuietly(from);
      closeQuietly(to);
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  private void awaitRelease(int bytes) {
    lock.lock();
    try {
      if (holding) {
        bytesHeldBack += bytes;
      }
      while (holding) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException alreadyBroken) {
      // It is closed, which is all that was wanted.
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    cut();
  }
}
