package io.rollcall.transport.session;

import java.util.regex.Pattern;

/**
 * A peer's words on their way to logs, events and exceptions: one line, of bounded length, and
 * nothing in it that moves a cursor or turns the direction of writing. Safe for any thread.
 */
public final class PeerText {

  /** More characters of a text are not repeated; dots stand for them. */
  private static final int MOST_CHARS = 256;

  /** Controls, formats, separators of lines, and halves of surrogate pairs. */
  private static final Pattern UNPRINTABLE =
      Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]");

  private PeerText() {}

  /** The text, with question marks for what cannot be shown. */
  public static String of(String text) {
    if (text.length() <= MOST_CHARS) {
      return printable(text);
    }
    // Cut first: a cut through a surrogate pair leaves a half that is replaced.
    return printable(text.substring(0, MOST_CHARS)) + "...";
  }

  private static String printable(String text) {
    return UNPRINTABLE.matcher(text).replaceAll("?");
  }
}
