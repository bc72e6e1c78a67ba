package io.rollcall.service.tracing;

import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/** Whether spans are made: only where they are exported to. */
final class TracingSwitch implements Condition {

  /** Spring Boot's own property; empty is as good as absent. */
  static final String ENDPOINT = "management.opentelemetry.tracing.export.otlp.endpoint";

  @Override
  public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
    return isOn(context.getEnvironment());
  }

  static boolean isOn(Environment environment) {
    return StringUtils.hasText(environment.getProperty(ENDPOINT));
  }
}
