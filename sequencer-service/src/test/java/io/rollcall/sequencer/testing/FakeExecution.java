package io.rollcall.sequencer.testing;

import com.google.protobuf.ByteString;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.scp.StageResult;
import io.rollcall.sequencer.coordination.ExecutionPort;
import io.rollcall.sequencer.coordination.JournalEntry;
import io.rollcall.sequencer.coordination.LedgerState;
import io.rollcall.sequencer.coordination.PlainTransaction;
import java.util.function.Consumer;

/** An execution that is ready for everything; a test overrides what it is about. */
public class FakeExecution implements ExecutionPort {

  /** Ready for everything. */
  public FakeExecution() {}

  @Override
  public void stage(CrossChainTransaction xt, Consumer<StageResult> answer) {
    Thread.ofVirtual().start(() -> answer.accept(new StageResult.Ready()));
  }

  @Override
  public void apply(XtId id) {}

  @Override
  public void discard(XtId id) {}

  @Override
  public PlainTransaction check(ByteString raw) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void reserve(PlainTransaction transaction) {}

  @Override
  public void applyReserved() {}

  @Override
  public void load(LedgerState kept) {}

  @Override
  public void restore(JournalEntry entry) {}

  @Override
  public LedgerState takeChanges() {
    return LedgerState.NONE;
  }

  @Override
  public boolean available() {
    return true;
  }
}
