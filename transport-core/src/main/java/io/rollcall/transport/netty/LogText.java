package io.rollcall.transport.netty;

import io.rollcall.transport.ListenAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** A peer's address on its way to a log. */
final class LogText {

  private LogText() {}

  /** An address with numbers only, as people type it. */
  static String of(SocketAddress address) {
    return address instanceof InetSocketAddress socket
        ? ListenAddress.of(socket).toString()
        : address.toString();
  }
}
