package io.rollcall.transport.netty;

import io.rollcall.transport.ListenAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** What comes from a peer on its way to a log: one line, of bounded length. */
final class LogText {

  private static final int MOST_CHARS = 256;

  private LogText() {}

  /** An address with numbers only, as people type it. */
  static String of(SocketAddress address) {
    return address instanceof InetSocketAddress socket
        ? ListenAddress.of(socket).toString()
        : address.toString();
  }

  static String of(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= MOST_CHARS ? line : line.substring(0, MOST_CHARS) + "...";
  }
}
