package io.rollcall.scp;

import io.rollcall.proto.CrossChainTransaction;
import java.util.OptionalLong;

/**
 * An XT that was started at a sequencer and has no decision, as it stands at one moment.
 *
 * @param xt the XT
 * @param phase how far it is
 * @param reason what it waits for, or why the vote was no; empty otherwise
 * @param startedAt when its start came, in nanoseconds since the Unix epoch
 * @param votedAt when the own chain voted, empty when it did not yet
 * @param inDoubt whether its decision is overdue
 */
public record OpenXt(
    CrossChainTransaction xt,
    Phase phase,
    String reason,
    long startedAt,
    OptionalLong votedAt,
    boolean inDoubt) {

  /** How far an open XT is. */
  public enum Phase {
    /** The execution was asked to stage it and has not answered. */
    STAGING,
    /** A staged XT holds the same accounts; it is staged again when that one is gone. */
    WAITING,
    /** Voted yes: locked until the decision comes. */
    VOTED_YES,
    /** Voted no: nothing is held, the vote is repeated until the decision comes. */
    VOTED_NO
  }
}
