package io.rollcall.sequencer.coordination;

import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;

/**
 * The way to the publisher. Called by the coordinator thread alone, in the order in which the
 * publisher must hear; never waits for it. When the connection is gone a message is dropped: the
 * machine repeats it on the next one.
 */
public interface PublisherGateway {

  /**
   * Sends the own chain's vote.
   *
   * @param reason why not; empty on yes
   */
  void sendVote(XtId id, boolean yes, String reason);

  /** Sends an own submission, byte for byte. */
  void sendSubmission(CrossChainTransaction xt);
}
