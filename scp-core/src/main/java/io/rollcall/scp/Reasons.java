package io.rollcall.scp;

import java.time.Duration;

/** Words for people, in the form and length that the wire allows. Stateless. */
final class Reasons {

  /** The most bytes of UTF-8 that the reason of a vote or a decision may have. */
  static final int MAX_BYTES = 256;

  private Reasons() {}

  /**
   * One line, cut before the first character that does not fit. Reasons of peers end up in logs and
   * on terminals, so control characters become spaces.
   */
  static String fit(String reason) {
    if (reason.isEmpty()) {
      return reason;
    }
    StringBuilder fitting = new StringBuilder(Math.min(reason.length(), MAX_BYTES));
    int bytes = 0;
    for (int i = 0; i < reason.length(); ) {
      int character = reason.codePointAt(i);
      i += Character.charCount(character);
      if (Character.isISOControl(character)) {
        character = ' ';
      } else if (Character.getType(character) == Character.SURROGATE) {
        character = '?';
      }
      bytes += utf8Length(character);
      if (bytes > MAX_BYTES) {
        break;
      }
      fitting.appendCodePoint(character);
    }
    return fitting.toString();
  }

  /** {@code 3s} or {@code 1500ms}. */
  static String text(Duration duration) {
    long millis = duration.toMillis();
    return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
  }

  private static int utf8Length(int character) {
    if (character < 0x80) {
      return 1;
    }
    if (character < 0x800) {
      return 2;
    }
    return character < 0x10000 ? 3 : 4;
  }
}
