package io.rollcall.publisher.ops;

import io.rollcall.proto.XtId;
import io.rollcall.publisher.coordination.DecisionLog;
import io.rollcall.scp.LogRecord;
import io.rollcall.service.coordination.SyncListener;
import io.rollcall.service.metrics.StorageMeters;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A log whose syncs are counted and timed. */
public final class MeteredDecisionLog implements DecisionLog {

  private final DecisionLog decisions;
  private final StorageMeters meters;
  private final SyncListener listener;

  /**
   * Counts the syncs of this log.
   *
   * @param listener told of each of them
   */
  public MeteredDecisionLog(DecisionLog decisions, StorageMeters meters, SyncListener listener) {
    this.decisions = decisions;
    this.meters = meters;
    this.listener = listener;
  }

  @Override
  public void append(List<LogRecord> batch) throws IOException {
    long begun = System.nanoTime();
    decisions.append(batch);
    if (decisions.isDurable()) {
      Set<XtId> xts = batch.stream().map(LogRecord::id).collect(Collectors.toSet());
      meters.synced(xts.size(), begun);
      listener.synced(xts, begun);
    }
  }

  @Override
  public long replay(Consumer<LogRecord> reader) throws IOException {
    return decisions.replay(reader);
  }

  @Override
  public boolean isDurable() {
    return decisions.isDurable();
  }

  @Override
  public boolean isWritable() {
    return decisions.isWritable();
  }

  @Override
  public Optional<String> fault() {
    return decisions.fault();
  }

  @Override
  public String description() {
    return decisions.description();
  }

  @Override
  public void close() {
    decisions.close();
  }
}
