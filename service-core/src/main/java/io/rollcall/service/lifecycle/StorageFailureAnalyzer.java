package io.rollcall.service.lifecycle;

import io.rollcall.service.storage.StorageException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;

/** Says in one sentence why a service does not start on what is stored. */
@Order(0)
final class StorageFailureAnalyzer extends AbstractFailureAnalyzer<StorageException> {

  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, StorageException cause) {
    return new FailureAnalysis(
        "State: %s.".formatted(cause.getMessage()),
        "Nothing was changed. docs/durability.md says what each of these means and what to do.",
        rootFailure);
  }
}
