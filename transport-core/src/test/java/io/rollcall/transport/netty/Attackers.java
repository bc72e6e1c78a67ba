package io.rollcall.transport.netty;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Connections that mean harm, many on one thread: silent ones, ones that send a hello byte by byte,
 * and ones that send garbage, in equal parts and from many addresses of loopback. One that is
 * closed comes back at once. From its making to {@link #close()}.
 */
final class Attackers implements AutoCloseable {

  private static final int DRIP_MILLIS = 100;
  private static final int FIRST_ADDRESS = 10;

  private final InetSocketAddress server;
  private final int addresses;
  private final Selector selector;
  private final Attacker[] attackers;
  private final AtomicInteger connects = new AtomicInteger();
  private final AtomicInteger connected = new AtomicInteger();
  private final ByteBuffer scratch = ByteBuffer.allocate(4096);
  private final Thread thread;
  private volatile boolean closed;

  private enum Kind {
    SILENT,
    DRIPPING,
    GARBAGE
  }

  Attackers(InetSocketAddress server, int count, int addresses) {
    this.server = server;
    this.addresses = addresses;
    this.attackers = new Attacker[count];
    try {
      selector = Selector.open();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    Random random = new Random(count);
    for (int i = 0; i < count; i++) {
      byte[] garbage = new byte[64 + random.nextInt(4096)];
      random.nextBytes(garbage);
      attackers[i] = new Attacker(i, Kind.values()[i % Kind.values().length], garbage);
    }
    thread = Thread.ofPlatform().daemon().name("attackers").start(this::run);
  }

  /** How often one of them connected so far. */
  int connects() {
    return connects.get();
  }

  /** How many are connected now. */
  int connected() {
    return connected.get();
  }

  private void run() {
    try {
      for (Attacker attacker : attackers) {
        attacker.connect();
      }
      long lastDrip = System.nanoTime();
      while (!closed) {
        selector.select(DRIP_MILLIS);
        for (SelectionKey key : selector.selectedKeys()) {
          ((Attacker) key.attachment()).ready(key);
        }
        selector.selectedKeys().clear();
        if (System.nanoTime() - lastDrip > DRIP_MILLIS * 1_000_000L) {
          lastDrip = System.nanoTime();
          for (Attacker attacker : attackers) {
            attacker.drip();
          }
        }
      }
      for (Attacker attacker : attackers) {
        attacker.leave();
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    try {
      thread.join();
      selector.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Attacker {
    private final InetAddress from;
    private final Kind kind;
    private final byte[] garbage;
    private SocketChannel channel;
    private boolean up;
    private int dripped;

    Attacker(int number, Kind kind, byte[] garbage) {
      this.kind = kind;
      this.garbage = garbage;
      int host = FIRST_ADDRESS + number % addresses;
      try {
        from =
            InetAddress.getByAddress(
                new byte[] {127, 0, (byte) (1 + host / 250), (byte) (1 + host % 250)});
        channel = SocketChannel.open();
      } catch (IOException impossible) {
        throw new UncheckedIOException(impossible);
      }
    }

    void connect() throws IOException {
      channel.close();
      channel = SocketChannel.open();
      channel.configureBlocking(false);
      channel.bind(new InetSocketAddress(from, 0));
      dripped = 0;
      boolean done = channel.connect(server);
      channel.register(selector, done ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, this);
      if (done) {
        began();
      }
    }

    private void began() throws IOException {
      up = true;
      connects.incrementAndGet();
      connected.incrementAndGet();
      if (kind == Kind.GARBAGE) {
        write(garbage);
      }
    }

    void ready(SelectionKey key) throws IOException {
      try {
        if (key.isConnectable() && channel.finishConnect()) {
          key.interestOps(SelectionKey.OP_READ);
          began();
        } else if (key.isReadable()) {
          int count = channel.read(scratch.clear());
          if (count < 0) {
            again();
          }
        }
      } catch (IOException refused) {
        again();
      }
    }

    private void again() throws IOException {
      down();
      connect();
    }

    private void down() {
      if (up) {
        up = false;
        connected.decrementAndGet();
      }
    }

    /** A hello of 4 KiB that never gets to its end. */
    void drip() {
      if (kind == Kind.DRIPPING && up) {
        byte next = dripped == 2 ? 0x10 : dripped == 4 ? (byte) 0x08 : 0;
        dripped++;
        try {
          write(new byte[] {next});
        } catch (IOException gone) {
          // Seen when it is read.
        }
      }
    }

    private void write(byte[] bytes) throws IOException {
      // What does not fit is as well left out.
      channel.write(ByteBuffer.wrap(bytes));
    }

    void leave() throws IOException {
      down();
      channel.close();
    }
  }
}
