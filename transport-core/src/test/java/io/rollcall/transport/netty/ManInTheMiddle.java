package io.rollcall.transport.netty;

import com.google.protobuf.ByteString;
import io.rollcall.transport.testing.RawServer;
import io.rollcall.transport.testing.RawSocketPeer;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Who stands between clients and a server: takes each connection, makes one to the server, and does
 * with every frame what a test says. The end of one side's stream is passed on.
 */
final class ManInTheMiddle implements AutoCloseable {

  /** Where a frame goes. */
  enum Way {
    TO_SERVER,
    TO_CLIENT
  }

  /** Sends a frame. */
  @FunctionalInterface
  interface Exit {
    void send(Way way, ByteString frame);
  }

  /** What becomes of a frame; on the thread of its way. */
  @FunctionalInterface
  interface Meddling {

    /**
     * A frame came.
     *
     * @param way where it was to go
     * @param number which one it is of its way and connection, from 1
     */
    void came(Way way, int number, ByteString frame, Exit exit);
  }

  private final RawServer front = RawServer.listen();
  private final InetSocketAddress server;
  private final Meddling meddling;
  private final List<RawSocketPeer> open = new CopyOnWriteArrayList<>();

  private ManInTheMiddle(InetSocketAddress server, Meddling meddling) {
    this.server = server;
    this.meddling = meddling;
  }

  /** Begins to take connections. */
  static ManInTheMiddle before(InetSocketAddress server, Meddling meddling) {
    ManInTheMiddle made = new ManInTheMiddle(server, meddling);
    Thread.ofVirtual().name("man-in-the-middle").start(made::accept);
    return made;
  }

  /** Where clients find it. */
  String address() {
    return front.address();
  }

  private void accept() {
    try {
      while (true) {
        RawSocketPeer client = front.accept();
        open.add(client);
        RawSocketPeer behind = RawSocketPeer.connect(server);
        open.add(behind);
        relay(client, behind);
      }
    } catch (UncheckedIOException closed) {
      // The test is over.
    }
  }

  private void relay(RawSocketPeer client, RawSocketPeer behind) {
    CountDownLatch ends = new CountDownLatch(2);
    Exit exit =
        (way, frame) -> {
          RawSocketPeer to = way == Way.TO_SERVER ? behind : client;
          synchronized (to) {
            to.sendFrame(frame);
          }
        };
    pump(Way.TO_SERVER, client, behind, exit, ends);
    pump(Way.TO_CLIENT, behind, client, exit, ends);
    Thread.ofVirtual()
        .start(() -> {
          try {
            ends.await();
          } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
          }
          client.close();
          behind.close();
          open.removeAll(List.of(client, behind));
        });
  }

  private void pump(Way way, RawSocketPeer from, RawSocketPeer to, Exit exit, CountDownLatch ends) {
    AtomicInteger number = new AtomicInteger();
    Thread.ofVirtual()
        .name("man-in-the-middle " + way)
        .start(() -> {
          try {
            while (true) {
              meddling.came(way, number.incrementAndGet(), from.readFrame(), exit);
            }
          } catch (UncheckedIOException ended) {
            endOf(to);
          } finally {
            ends.countDown();
          }
        });
  }

  private static void endOf(RawSocketPeer to) {
    try {
      to.shutdownOutput();
    } catch (UncheckedIOException gone) {
      // Then there is nobody to tell.
    }
  }

  /** Takes no more connections, and ends those there are. */
  @Override
  public void close() {
    front.close();
    open.forEach(RawSocketPeer::close);
  }
}
