package io.rollcall.transport.autoconfigure;

import java.time.Duration;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindException;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;
import org.springframework.util.unit.DataSize;

/**
 * Reports a property of ours that Spring could not bind. Spring Boot's own report would name Java
 * types instead of what was expected, and may show a secret that was bound last.
 */
@Order(1)
final class PropertyBindFailureAnalyzer
    extends AbstractFailureAnalyzer<ConfigurationPropertiesBindException> {

  private static final String OURS = "io.rollcall.";

  @Override
  protected @Nullable FailureAnalysis analyze(
      Throwable rootFailure, ConfigurationPropertiesBindException cause) {
    BindException failure = findCause(cause, BindException.class);
    if (failure == null || !cause.getBeanType().getName().startsWith(OURS)) {
      return null;
    }
    if (findCause(cause, UnboundConfigurationPropertiesException.class) != null) {
      // A name that does not exist: Spring Boot's report lists it and holds no Java types.
      return null;
    }
    String name = failure.getName().toString();
    ConfigurationProperty property = failure.getProperty();
    // The property may be one that was bound before: only the failed one tells something.
    String value =
        property == null || !property.getName().equals(failure.getName()) || secret(name)
            ? ""
            : "Property %s is '%s'.".formatted(name, property.getValue());
    return new FailureAnalysis(
        value.isEmpty() ? "Property %s has a wrong value.".formatted(name) : value,
        "Expected: %s.".formatted(expected(failure.getTarget().getType().resolve(Object.class))),
        rootFailure);
  }

  private static boolean secret(String name) {
    String last = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return last.equals("private-key") || last.equals("password");
  }

  private static String expected(Class<?> type) {
    if (type == Duration.class) {
      return "a number with a unit, such as 500ms, 30s or 5m";
    }
    if (type == DataSize.class) {
      return "a number of bytes, or a number with a unit, such as 64KB or 10MB";
    }
    if (type == boolean.class || type == Boolean.class) {
      return "true or false";
    }
    if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
      return "a whole number";
    }
    if (type.isEnum()) {
      return "one of "
          + Stream.of(type.getEnumConstants())
              .map(each -> each.toString().toLowerCase(Locale.ROOT))
              .collect(Collectors.joining(", "));
    }
    return "a value of another form; the README lists every property";
  }
}
