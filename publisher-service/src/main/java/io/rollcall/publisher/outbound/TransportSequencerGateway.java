package io.rollcall.publisher.outbound;

import io.rollcall.publisher.coordination.SendListener;
import io.rollcall.publisher.coordination.SequencerGateway;
import io.rollcall.scp.PublisherMessage;
import io.rollcall.service.coordination.TraceContexts;
import io.rollcall.transport.OutboundMessage;
import io.rollcall.transport.TransportServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Hands messages to the transport server: those of a batch together, one for several connections is
 * encoded once, and what a new connection missed is fed to it as it reads. Failed writes need no
 * care here: the transport closes such a connection, and its peer is told again when it is back.
 */
public final class TransportSequencerGateway implements SequencerGateway {

  private final TransportServer server;
  private final long outboundBuffer;
  private final WireMessages wire;
  private final SendListener listener;

  /** Connections that are still being told what they missed; few, and only for a while. */
  private final ConcurrentMap<String, PacedFeed> feeds = new ConcurrentHashMap<>();

  /** Of the batch; the coordinator's own. */
  private final List<OutboundMessage> batch = new ArrayList<>();

  /**
   * Sends through this server.
   *
   * @param outboundBuffer bytes that the transport queues for one connection at most
   * @param maxMessageBytes bytes of one message at most
   * @param listener told of everything that is sent, what was missed excepted
   * @param contexts what goes with XTs
   */
  public TransportSequencerGateway(
      TransportServer server,
      long outboundBuffer,
      int maxMessageBytes,
      SendListener listener,
      TraceContexts contexts) {
    this.server = server;
    this.outboundBuffer = outboundBuffer;
    this.listener = listener;
    this.wire = new WireMessages(contexts, maxMessageBytes);
  }

  @Override
  public void send(List<String> connectionIds, PublisherMessage message) {
    List<String> direct = feeds.isEmpty() ? connectionIds : behindNoFeed(connectionIds, message);
    if (!direct.isEmpty()) {
      batch.add(new OutboundMessage(direct, wire.of(message)));
    }
    listener.sent(message, connectionIds.size());
  }

  @Override
  public void resend(String connectionId, List<PublisherMessage> messages) {
    // What was sent before goes first, and what is sent from now on waits behind the feed.
    flush();
    PacedFeed running = feeds.get(connectionId);
    if (running != null && running.addMissed(messages)) {
      return;
    }
    server
        .connection(connectionId)
        .ifPresent(connection -> {
          PacedFeed feed =
              new PacedFeed(
                  connection, outboundBuffer, wire, done -> feeds.remove(connectionId, done));
          feeds.put(connectionId, feed);
          feed.addMissed(messages);
        });
  }

  @Override
  public void flush() {
    if (!batch.isEmpty()) {
      var _ = server.sendAll(List.copyOf(batch));
      batch.clear();
    }
  }

  /** How many connections are still being told what they missed. */
  int feeding() {
    return feeds.size();
  }

  private List<String> behindNoFeed(List<String> connectionIds, PublisherMessage message) {
    List<String> direct = new ArrayList<>(connectionIds.size());
    for (String connectionId : connectionIds) {
      PacedFeed feed = feeds.get(connectionId);
      if (feed == null || !feed.add(message)) {
        direct.add(connectionId);
      }
    }
    return direct;
  }
}
