package io.rollcall.transport.audit;

import io.rollcall.transport.AuditEvent;
import io.rollcall.transport.ListenAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * An event as one line: the connection id ({@code -} where there is none), the word {@code audit},
 * then {@code key="value"} pairs. Values are bounded and escaped, so that nothing in them ends a
 * line or a field, or changes how the rest is shown.
 */
final class AuditLine {

  static final int MOST_CHARS = 256;

  private final StringBuilder line;

  private AuditLine(String connectionId, String event) {
    line = new StringBuilder(160).append(connectionId).append(" audit");
    add("event", event);
  }

  static AuditLine of(AuditEvent event) {
    return switch (event) {
      case AuditEvent.HandshakeRefused refused ->
          new AuditLine(refused.connectionId(), "handshake-refused")
              .add("remote", text(refused.remoteAddress()))
              .add("reason", refused.reason().name())
              .add("text", refused.text());
      case AuditEvent.Offence offence ->
          new AuditLine(offence.connectionId(), "offence")
              .add("remote", text(offence.remoteAddress()))
              .add("identity", offence.identity().label())
              .add("text", offence.text())
              .add("in-the-last-minute", String.valueOf(offence.inTheLastMinute()))
              .add("closed", String.valueOf(offence.closed()));
      case AuditEvent.ConnectionReplaced replaced ->
          new AuditLine(replaced.newConnectionId(), "connection-replaced")
              .add("remote", text(replaced.newRemoteAddress()))
              .add("identity", replaced.identity().label())
              .add("old-connection", replaced.oldConnectionId())
              .add("old-remote", text(replaced.oldRemoteAddress()));
      case AuditEvent.AddressThrottled throttled ->
          new AuditLine("-", "address-throttled")
              .add("address", throttled.address().getHostAddress())
              .add("text", throttled.text());
      case AuditEvent.TrustChanged changed ->
          new AuditLine("-", "trust-changed").add("by", changed.by()).add("text", changed.text());
      case AuditEvent.TrustWithdrawn withdrawn ->
          new AuditLine(withdrawn.connectionId(), "trust-withdrawn")
              .add("remote", text(withdrawn.remoteAddress()))
              .add("identity", withdrawn.identity().label())
              .add("by", withdrawn.by())
              .add("text", withdrawn.text());
    };
  }

  AuditLine add(String key, String value) {
    line.append(' ').append(key).append("=\"");
    int end = Math.min(value.length(), MOST_CHARS);
    for (int i = 0; i < end; i++) {
      append(value.charAt(i));
    }
    if (end < value.length()) {
      line.append("...");
    }
    line.append('"');
    return this;
  }

  private void append(char c) {
    switch (Character.getType(c)) {
      // What breaks a line, what is not seen, and what is half a character.
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.PRIVATE_USE ->
          line.append("\\u%04x".formatted((int) c));
      default -> {
        if (c == '"' || c == '\\') {
          line.append('\\');
        }
        line.append(c);
      }
    }
  }

  private static String text(SocketAddress address) {
    return address instanceof InetSocketAddress socket
        ? ListenAddress.of(socket).toString()
        : address.toString();
  }

  @Override
  public String toString() {
    return line.toString();
  }
}
