package io.rollcall.transport.autoconfigure;

import org.jspecify.annotations.Nullable;

/**
 * A configuration property has a value it cannot have; start-up stops with a report that names the
 * property, its value and what was expected. Services throw it for properties of their own.
 */
public final class InvalidPropertyException extends RuntimeException {

  private final String property;
  private final @Nullable String value;
  private final String expected;

  private InvalidPropertyException(String property, @Nullable String value, String expected) {
    super(
        property
            + (value == null ? " is wrong" : " is '" + value + "'")
            + "; expected "
            + expected);
    this.property = property;
    this.value = value;
    this.expected = expected;
  }

  /**
   * A value that may be shown.
   *
   * @param property the full name in kebab-case: {@code transport.listen-addr}
   * @param value what it was
   * @param expected what it may be
   */
  public static InvalidPropertyException of(String property, Object value, String expected) {
    return new InvalidPropertyException(property, String.valueOf(value), expected);
  }

  /**
   * A secret: the value is neither kept nor shown.
   *
   * @param property the full name in kebab-case
   * @param expected what it may be; must not repeat the value
   */
  public static InvalidPropertyException ofSecret(String property, String expected) {
    return new InvalidPropertyException(property, null, expected);
  }

  /** The full name in kebab-case. */
  public String property() {
    return property;
  }

  /** What it was; null for a secret. */
  public @Nullable String value() {
    return value;
  }

  /** What it may be. */
  public String expected() {
    return expected;
  }
}
