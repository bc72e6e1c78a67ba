package io.rollcall.scp;

import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;

/** What the publisher machine says to peers. Immutable, any thread. */
public sealed interface PublisherMessage {

  /**
   * Vote on this: rollup.v1 {@code XTRequest}, relayed with the bytes as they came.
   *
   * @param xt the XT
   */
  record Start(CrossChainTransaction xt) implements PublisherMessage {}

  /**
   * The end of an XT or of a submission: rollup.v1 {@code Decided}.
   *
   * @param commit true: apply, false: discard
   * @param reason why it is no commit, at most 256 bytes of UTF-8; empty on commit
   * @param refused the request was never taken up, nothing is remembered of it
   */
  record Decision(XtId id, boolean commit, String reason, boolean refused)
      implements PublisherMessage {}
}
