package io.rollcall.transport.testing;

/** What texts that cross the border of trust look like: short, and of one line. */
public final class PlainText {

  /** As long as a text may be that is sent to a peer. */
  public static final int MOST_TO_A_PEER = 256;

  private PlainText() {}

  /** Fails unless this text has ASCII letters, digits, signs and blanks only, and not too many. */
  public static void requirePrintable(String text, int most) {
    require(text, most);
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
        throw new AssertionError("not printable at " + i + ": " + text);
      }
    }
  }

  /**
   * Fails when this text could start a line of its own, move a cursor or turn its direction, or is
   * too long.
   */
  public static void require(String text, int most) {
    if (text.length() > most) {
      throw new AssertionError(text.length() + " characters, expected at most " + most);
    }
    text.codePoints()
        .filter(PlainText::control)
        .findFirst()
        .ifPresent(bad -> {
          throw new AssertionError("U+%04X does not belong into a text".formatted(bad));
        });
  }

  private static boolean control(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }
}
