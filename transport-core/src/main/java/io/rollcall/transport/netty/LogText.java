package io.rollcall.transport.netty;

/** A peer's text on its way to a log: one line, of bounded length. */
final class LogText {

  private static final int MOST_CHARS = 256;

  private LogText() {}

  static String of(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= MOST_CHARS ? line : line.substring(0, MOST_CHARS) + "...";
  }
}
