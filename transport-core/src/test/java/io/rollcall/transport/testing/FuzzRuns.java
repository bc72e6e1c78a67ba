package io.rollcall.transport.testing;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Counts what a class of fuzz tests executed, says it, and fails the class when that is nothing: a
 * corpus that is not found, or a fuzzer that skips, would otherwise look like success. For any
 * thread.
 */
public final class FuzzRuns implements AfterAllCallback {

  private final AtomicLong executions = new AtomicLong();

  /** This input is about to be executed; the empty one, which every run begins with, is no run. */
  public void one(byte[] input) {
    if (input.length > 0) {
      executions.incrementAndGet();
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    long count = executions.get();
    // bin/fuzz looks for this line.
    System.out.println(context.getRequiredTestClass().getName() + " executed " + count + " inputs");
    if (count == 0) {
      throw new AssertionError("not one input was executed");
    }
  }
}
