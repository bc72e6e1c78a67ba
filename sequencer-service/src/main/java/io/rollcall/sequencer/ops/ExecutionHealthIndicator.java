package io.rollcall.sequencer.ops;

import io.rollcall.sequencer.coordination.ExecutionPort;
import io.rollcall.sequencer.coordination.RollupNode;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/** Up while the execution takes work: part of readiness. */
public final class ExecutionHealthIndicator extends AbstractHealthIndicator {

  private final ExecutionPort execution;
  private final RollupNode rollup;

  /** Watches this execution. */
  public ExecutionHealthIndicator(ExecutionPort execution, RollupNode rollup) {
    super("The execution could not be asked");
    this.execution = execution;
    this.rollup = rollup;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    builder
        .status(execution.available() ? "UP" : "DOWN")
        .withDetail("chainId", rollup.chainId().toString())
        .withDetail("blockNumber", rollup.blockNumber());
  }
}
