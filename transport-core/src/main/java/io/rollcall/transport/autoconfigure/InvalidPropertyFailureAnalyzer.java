package io.rollcall.transport.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;

/** Reports a property that was refused: its name, its value unless secret, what was expected. */
@Order(0)
final class InvalidPropertyFailureAnalyzer
    extends AbstractFailureAnalyzer<InvalidPropertyException> {

  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, InvalidPropertyException cause) {
    String value = cause.value();
    return new FailureAnalysis(
        value == null
            ? "Property %s has a wrong value, which is secret and not shown."
                .formatted(cause.property())
            : "Property %s is '%s'.".formatted(cause.property(), value),
        "Expected: %s.".formatted(cause.expected()),
        rootFailure);
  }
}
