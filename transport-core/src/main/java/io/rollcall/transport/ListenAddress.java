package io.rollcall.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Where a server listens, in the Go form: {@code :8080}, {@code host:port}, {@code [::1]:8080}.
 *
 * @param host empty for all addresses
 * @param port 0 for any free one
 */
public record ListenAddress(String host, int port) {

  /** Checks the port. */
  public ListenAddress {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
    }
  }

  /**
   * Reads the Go form.
   *
   * @throws IllegalArgumentException when the text is anything else
   */
  public static ListenAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    String port = text.substring(colon + 1);
    if (colon < 0 || !port.matches("[0-9]{1,6}") || !wellFormed(host)) {
      throw new IllegalArgumentException(
          "'" + text + "' is no address; expected :8080, host:8080 or [::1]:8080");
    }
    return new ListenAddress(unbracketed(host), Integer.parseInt(port));
  }

  /**
   * A socket's own address, with its number instead of its name, and no host for all addresses: for
   * people to read.
   */
  public static ListenAddress of(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    if (ip == null) {
      return new ListenAddress(address.getHostString(), address.getPort());
    }
    return new ListenAddress(ip.isAnyLocalAddress() ? "" : ip.getHostAddress(), address.getPort());
  }

  private static boolean wellFormed(String host) {
    return host.matches("\\[[0-9a-fA-F:.%a-zA-Z]+\\]") || host.matches("[^\\[\\]:\\s]*");
  }

  private static String unbracketed(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /** The Go form again. */
  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
