package io.rollcall.service.logging;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.Locale;
import org.slf4j.event.KeyValuePair;
import org.springframework.boot.logging.structured.StructuredLogFormatter;

/**
 * Log lines as logfmt: {@code time=... level=info logger=FactLog thread=coordinator msg="..."
 * xt=...}, one line each, whatever is in them. For {@code logging.structured.format.console}, which
 * takes the name of this class. Safe for any thread.
 *
 * <p>A value with anything but letters, digits and a few signs is quoted as a string of JSON is. So
 * what a peer sent can neither begin a line nor a field. Keys come from this program alone; what is
 * no letter, digit, dot, dash or underscore in one is left out.
 */
public final class LogfmtFormatter implements StructuredLogFormatter<ILoggingEvent> {

  private final ThrowableProxyConverter stack = new ThrowableProxyConverter();

  /** By Spring Boot. */
  public LogfmtFormatter() {
    stack.start();
  }

  @Override
  public String format(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(256);
    field(line, "time", event.getInstant().toString());
    field(line, "level", event.getLevel().toString().toLowerCase(Locale.ROOT));
    String logger = event.getLoggerName();
    field(line, "logger", logger.substring(logger.lastIndexOf('.') + 1));
    field(line, "thread", event.getThreadName());
    field(line, "msg", event.getFormattedMessage());
    if (event.getKeyValuePairs() != null) {
      for (KeyValuePair pair : event.getKeyValuePairs()) {
        field(line, pair.key, String.valueOf(pair.value));
      }
    }
    event.getMDCPropertyMap().forEach((key, value) -> field(line, key, value));
    if (event.getThrowableProxy() != null) {
      field(line, "stack", stack.convert(event));
    }
    return line.append('\n').toString();
  }

  private static void field(StringBuilder line, String key, String value) {
    if (!line.isEmpty()) {
      line.append(' ');
    }
    line.append(key.replaceAll("[^A-Za-z0-9._-]", "")).append('=');
    if (isPlain(value)) {
      line.append(value);
    } else {
      quote(line, value);
    }
  }

  private static boolean isPlain(String value) {
    return !value.isEmpty()
        && value
            .chars()
            .allMatch(sign -> Character.isLetterOrDigit(sign) || ".:_-/+@%".indexOf(sign) >= 0);
  }

  private static void quote(StringBuilder line, String value) {
    line.append('"');
    for (int i = 0; i < value.length(); i++) {
      char sign = value.charAt(i);
      switch (sign) {
        case '"' -> line.append("\\\"");
        case '\\' -> line.append("\\\\");
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        case '\t' -> line.append("\\t");
        default -> {
          if (Character.isISOControl(sign) || sign == '\u2028' || sign == '\u2029') {
            line.append("\\u%04x".formatted((int) sign));
          } else {
            line.append(sign);
          }
        }
      }
    }
    line.append('"');
  }
}
