package io.rollcall.publisher.coordination;

import io.rollcall.scp.PublisherMessage;
import java.util.List;

/**
 * The way to the sequencers. Called by the coordinator thread alone, in the order in which peers
 * must hear; never waits for a peer, and a connection that is gone is no error.
 */
public interface SequencerGateway {

  /**
   * Sends one message to several connections, with the next {@link #flush} at the latest.
   *
   * @param connectionIds at least one, each once
   */
  void send(List<String> connectionIds, PublisherMessage message);

  /**
   * Tells one connection what it missed, as fast as it reads; later sends to it wait behind.
   *
   * @param messages at least one, in order
   */
  void resend(String connectionId, List<PublisherMessage> messages);

  /** All of a batch was sent. */
  void flush();
}
