package io.rollcall.sequencer.coordination;

import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.scp.StageResult;
import java.util.function.Consumer;

/**
 * What runs the own chain's part of an XT. Called by the coordinator thread alone, in the order in
 * which the state machine asked.
 */
public interface ExecutionPort {

  /**
   * Runs the own chain's entries in order, all or none, and holds their effects back, isolated from
   * everything else, until {@link #apply} or {@link #discard}. Does not wait.
   *
   * @param answer called exactly once, on a thread of the execution, also when this fails: then
   *     with a refusal. Not called any more once the execution was closed.
   */
  void stage(CrossChainTransaction xt, Consumer<StageResult> answer);

  /** Makes a staged XT take effect for good. Whoever reads afterwards sees it. */
  void apply(XtId id);

  /** Drops a staged XT as if it had never been. */
  void discard(XtId id);

  /** Whether it can take work: part of readiness. Any thread. */
  boolean available();
}
