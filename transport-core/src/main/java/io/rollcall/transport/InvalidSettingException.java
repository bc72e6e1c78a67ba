package io.rollcall.transport;

/** A setting has a value it cannot have. Never made for a secret: the message holds the value. */
public final class InvalidSettingException extends IllegalArgumentException {

  private final String setting;
  private final String value;
  private final String expected;

  /**
   * Names all three.
   *
   * @param setting kebab-case, without prefix: {@code max-message-size}
   * @param value what it was
   * @param expected what it may be
   */
  public InvalidSettingException(String setting, String value, String expected) {
    super(setting + " is " + value + "; expected " + expected);
    this.setting = setting;
    this.value = value;
    this.expected = expected;
  }

  /** The setting's name. */
  public String setting() {
    return setting;
  }

  /** What it was. */
  public String value() {
    return value;
  }

  /** What it may be. */
  public String expected() {
    return expected;
  }
}
