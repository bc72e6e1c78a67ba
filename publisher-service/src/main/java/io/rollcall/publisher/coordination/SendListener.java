package io.rollcall.publisher.coordination;

import io.rollcall.scp.PublisherMessage;

/** Hears of what was handed to the transport. Called by the coordinator thread; must be quick. */
@FunctionalInterface
public interface SendListener {

  /**
   * One message was handed over.
   *
   * @param message what was sent
   * @param recipients to how many connections
   */
  void sent(PublisherMessage message, int recipients);
}
