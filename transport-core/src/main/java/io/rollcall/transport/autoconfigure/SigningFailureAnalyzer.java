package io.rollcall.transport.autoconfigure;

import io.rollcall.transport.auth.SigningException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;

/** Reports an own key that cannot be used: it does not answer, or is not the one it says. */
@Order(0)
final class SigningFailureAnalyzer extends AbstractFailureAnalyzer<SigningException> {

  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, SigningException cause) {
    return new FailureAnalysis(
        "The own key cannot be used: %s.".formatted(cause.getMessage()),
        "Check the application's Signer bean, and whether what it asks can be reached.",
        rootFailure);
  }
}
