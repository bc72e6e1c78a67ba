package io.rollcall.transport.testing;

import io.rollcall.transport.CloseReason;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.ConnectionListener;
import io.rollcall.transport.InboundMessage;
import io.rollcall.transport.MessageHandler;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps what a transport reports, in order; every wait is bounded by ten seconds. */
public final class RecordingHandler implements MessageHandler, ConnectionListener {

  /** The end of a connection. */
  public record Closed(ConnectionInfo connection, CloseReason reason, String details) {}

  private final BlockingQueue<InboundMessage> messages = new LinkedBlockingQueue<>();
  private final BlockingQueue<ConnectionInfo> opened = new LinkedBlockingQueue<>();
  private final BlockingQueue<Closed> closed = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> all = new LinkedBlockingQueue<>();

  @Override
  public void handle(InboundMessage message) {
    all.add("message " + message.connectionId());
    messages.add(message);
  }

  @Override
  public void opened(ConnectionInfo connection) {
    all.add("opened " + connection.id());
    opened.add(connection);
  }

  @Override
  public void closed(ConnectionInfo connection, CloseReason reason, String details) {
    all.add("closed " + connection.id());
    closed.add(new Closed(connection, reason, details));
  }

  /** The next message. */
  public InboundMessage nextMessage() {
    return next(messages, "message");
  }

  /** The next connection that was opened. */
  public ConnectionInfo nextOpened() {
    return next(opened, "opened connection");
  }

  /** The next connection that was closed. */
  public Closed nextClosed() {
    return next(closed, "closed connection");
  }

  /** The next report of any kind: its kind and the connection id. */
  public String next() {
    return next(all, "report");
  }

  /** Whether a message waits that nobody took. */
  public boolean hasMessage() {
    return !messages.isEmpty();
  }

  private static <T> T next(BlockingQueue<T> queue, String what) {
    try {
      T next = queue.poll(10, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("no " + what + " within 10 s");
      }
      return next;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
