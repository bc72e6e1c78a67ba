package io.rollcall.sequencer.outbound;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Vote;
import io.rollcall.sequencer.coordination.PublisherGateway;
import io.rollcall.service.coordination.TraceContexts;
import io.rollcall.transport.Connection;
import io.rollcall.transport.NotConnectedException;
import io.rollcall.transport.TransportClient;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands votes and submissions to the transport client, as fast as the publisher reads.
 *
 * <p>At most half of the connection's outbound buffer is filled from here: after a reconnect
 * everything without an outcome is repeated at once, which may be more than the buffer holds. The
 * rest waits here, bounded by what the machine keeps open, and goes with its connection.
 */
public final class TransportPublisherGateway implements PublisherGateway {

  private static final Logger log = LoggerFactory.getLogger(TransportPublisherGateway.class);

  private final TransportClient client;
  private final ByteString ownChain;
  private final long maxUnwritten;
  private final TraceContexts contexts;

  private final ArrayDeque<Message> waiting = new ArrayDeque<>();
  private String connectionId = "";
  private long unwritten;

  /** Calls of {@link #pump} that are to be served. */
  private final AtomicInteger calls = new AtomicInteger();

  private record Item(Message message, String connectionId, int size) {}

  /**
   * Sends through this client.
   *
   * @param outboundBuffer bytes that the transport queues for the connection at most
   * @param contexts what goes with submissions
   */
  public TransportPublisherGateway(
      TransportClient client, ChainId ownChain, long outboundBuffer, TraceContexts contexts) {
    this.client = client;
    this.ownChain = ownChain.bytes();
    this.maxUnwritten = outboundBuffer / 2;
    this.contexts = contexts;
  }

  @Override
  public void sendVote(XtId id, boolean yes, String reason) {
    Vote vote =
        Vote.newBuilder()
            .setSenderChainId(ownChain)
            .setXtId(id.toMessage())
            .setVote(yes)
            .setReason(reason)
            .build();
    send(Message.newBuilder().setVote(vote).build());
  }

  @Override
  public void sendSubmission(CrossChainTransaction xt) {
    // The request is canonical, so encoding it again yields the bytes that came.
    send(
        Message.newBuilder()
            .setXtRequest(xt.request())
            .setTraceContext(contexts.of(xt.id()))
            .build());
  }

  private void send(Message message) {
    Optional<Connection> connection = client.connection();
    if (connection.isEmpty()) {
      log.debug("Not connected to the publisher: {} is dropped", message.getPayloadCase());
      return;
    }
    synchronized (this) {
      if (!connection.get().id().equals(connectionId)) {
        connectionId = connection.get().id();
        waiting.clear();
        unwritten = 0;
      }
      waiting.addLast(message);
    }
    pump();
  }

  /** One thread at a time sends, so the order stays; the others leave it their call. */
  private void pump() {
    if (calls.getAndIncrement() != 0) {
      return;
    }
    int served = 1;
    do {
      Item item = next();
      while (item != null) {
        Item sent = item;
        var _ = client.send(sent.message()).whenComplete((_, failure) -> written(sent, failure));
        item = next();
      }
      served = calls.addAndGet(-served);
    } while (served != 0);
  }

  /** The next message if there is room for it; with nothing under way one always fits. */
  private synchronized @Nullable Item next() {
    Message first = waiting.peekFirst();
    if (first == null) {
      return null;
    }
    int size = first.getSerializedSize();
    if (unwritten > 0 && unwritten + size > maxUnwritten) {
      return null;
    }
    unwritten += size;
    return new Item(waiting.removeFirst(), connectionId, size);
  }

  private void written(Item item, @Nullable Throwable failure) {
    synchronized (this) {
      if (!item.connectionId().equals(connectionId)) {
        return;
      }
      unwritten -= item.size();
      if (failure instanceof NotConnectedException) {
        // The machine repeats what is still needed on the next connection.
        waiting.clear();
      }
    }
    if (failure != null) {
      log.debug("{}: not sent to the publisher: {}", item.connectionId(), failure.toString());
    }
    pump();
  }
}
