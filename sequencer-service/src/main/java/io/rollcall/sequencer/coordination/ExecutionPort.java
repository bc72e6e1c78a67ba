package io.rollcall.sequencer.coordination;

import com.google.protobuf.ByteString;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.scp.StageResult;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * What runs the own chain's transactions. Called by the coordinator thread alone (before it runs,
 * by the start-up thread), in the order in which the state machine asked, but for what is said to
 * be for any thread.
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

  /**
   * Checks what can be checked without the ledger. Any thread.
   *
   * @throws TransactionRefusedException why not; {@link MalformedTransactionException} when it is
   *     no transaction at all
   */
  PlainTransaction check(ByteString raw);

  /**
   * Runs a plain transaction behind those that are reserved, and holds its effect back until {@link
   * #applyReserved}. Meanwhile nothing else touches its accounts.
   *
   * @throws TransactionRefusedException why not
   */
  void reserve(PlainTransaction transaction);

  /** Makes every reserved transaction take effect, in order. */
  void applyReserved();

  /** Begins with this state, in the place of the genesis. Before anything else. */
  void load(LedgerState kept);

  /**
   * Does again what an entry of the journal says was done.
   *
   * @throws IOException when that is not possible: the journal is another ledger's
   */
  void restore(JournalEntry entry) throws IOException;

  /** What has changed since the last call. */
  LedgerState takeChanges();

  /** Whether it can take work: part of readiness. Any thread. */
  boolean available();
}
