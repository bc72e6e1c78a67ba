package io.rollcall.transport.logfmt;

/** How keys and values are written so that a line stays one, and a field too. */
final class LogfmtText {

  private static final String PLAIN_SIGNS = "._-:/+@%";

  private LogfmtText() {}

  /** What may not stand in a key becomes an underscore; so does a key without a character. */
  static String key(String key) {
    return key.isEmpty() ? "_" : key.replaceAll("[^A-Za-z0-9._-]", "_");
  }

  /** As it is where that is safe, else in quotes. */
  static String value(String value) {
    return !value.isEmpty() && value.chars().allMatch(LogfmtText::isPlain) ? value : quoted(value);
  }

  private static boolean isPlain(int sign) {
    return sign < 0x80 && (Character.isLetterOrDigit(sign) || PLAIN_SIGNS.indexOf(sign) >= 0);
  }

  private static String quoted(String value) {
    StringBuilder text = new StringBuilder(value.length() + 16).append('"');
    value.codePoints().forEach(sign -> append(text, sign));
    return text.append('"').toString();
  }

  private static void append(StringBuilder text, int sign) {
    switch (sign) {
      case '"' -> text.append("\\\"");
      case '\\' -> text.append("\\\\");
      case '\n' -> text.append("\\n");
      case '\r' -> text.append("\\r");
      case '\t' -> text.append("\\t");
      default -> {
        if (isShownAsItIs(sign)) {
          text.appendCodePoint(sign);
        } else {
          for (char half : Character.toChars(sign)) {
            text.append("\\u%04x".formatted((int) half));
          }
        }
      }
    }
  }

  /**
   * Not so: control characters, what ends a line besides them, what turns the direction of a line
   * or is not seen at all, and halves of characters, which no encoding can write.
   */
  private static boolean isShownAsItIs(int sign) {
    return switch (Character.getType(sign)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> true;
    };
  }
}
