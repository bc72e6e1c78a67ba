package io.rollcall.transport.autoconfigure;

import io.rollcall.transport.BindException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;

/** Reports an address on which the server cannot listen: in use, not local, not allowed. */
@Order(0)
final class ListenFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
    return new FailureAnalysis(
        String.valueOf(cause.getMessage()),
        "Set transport.listen-addr to a free address, or stop what uses this one.",
        rootFailure);
  }
}
