package io.rollcall.scp;

import io.rollcall.proto.CrossChainTransaction;

/**
 * An XT that was submitted at a sequencer and has no outcome, as it stands at one moment.
 *
 * @param xt the XT
 * @param submittedAt when it was accepted, in nanoseconds since the Unix epoch
 * @param inDoubt whether it is no longer repeated
 */
public record PendingSubmission(CrossChainTransaction xt, long submittedAt, boolean inDoubt) {}
