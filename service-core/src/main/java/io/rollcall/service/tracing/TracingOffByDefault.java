package io.rollcall.service.tracing;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * Leaves Spring Boot's tracing out where nothing is exported. By itself Boot makes a tracer as soon
 * as one is on the class path, and with it spans of a tenth of all HTTP requests, which nobody ever
 * sees.
 */
final class TracingOffByDefault implements AutoConfigurationImportFilter, EnvironmentAware {

  private static final String TRACING = "org.springframework.boot.micrometer.tracing.";
  private static final String OPEN_TELEMETRY = "org.springframework.boot.opentelemetry.";

  private boolean on;

  TracingOffByDefault() {}

  @Override
  public void setEnvironment(Environment environment) {
    on = TracingSwitch.isOn(environment);
  }

  @Override
  public boolean[] match(
      @Nullable String[] autoConfigurationClasses, AutoConfigurationMetadata metadata) {
    boolean[] matches = new boolean[autoConfigurationClasses.length];
    for (int i = 0; i < matches.length; i++) {
      String name = autoConfigurationClasses[i];
      matches[i] =
          on || name == null || !(name.startsWith(TRACING) || name.startsWith(OPEN_TELEMETRY));
    }
    return matches;
  }
}
