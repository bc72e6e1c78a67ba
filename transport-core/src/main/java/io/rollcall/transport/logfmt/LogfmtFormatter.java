package io.rollcall.transport.logfmt;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.event.KeyValuePair;
import org.springframework.boot.logging.structured.StructuredLogFormatter;

/**
 * Log lines as logfmt: {@code time=... level=info logger=... thread=coordinator msg="..." xt=...},
 * and one line for each event, whatever is in it. For {@code logging.structured.format.console} and
 * {@code .file}, which take the name of this class. Safe for any thread.
 *
 * <p>Fields are {@code time}, {@code level}, {@code logger}, {@code thread}, {@code msg}, the
 * event's key values, the MDC, and {@code stack} of a fault. Each is there once: of two with one
 * name the first counts, so that none takes the place of the level or the message.
 *
 * <p>A value of more than letters, digits and a few signs is quoted, and escaped as a string of
 * JSON is. So what a peer sent can begin neither a line nor a field.
 */
public final class LogfmtFormatter implements StructuredLogFormatter<ILoggingEvent> {

  // Always of the same length, so that lines can be sorted as text.
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

  private final ThrowableProxyConverter stack = new ThrowableProxyConverter();

  /** For Spring Boot, which makes it by its name. */
  public LogfmtFormatter() {
    stack.start();
  }

  @Override
  public String format(ILoggingEvent event) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("time", TIME.format(event.getInstant()));
    fields.put("level", event.getLevel().toString().toLowerCase(Locale.ROOT));
    fields.put("logger", event.getLoggerName());
    fields.put("thread", event.getThreadName());
    fields.put("msg", event.getFormattedMessage());
    // Logback's way to say that there are none.
    if (event.getKeyValuePairs() != null) {
      for (KeyValuePair pair : event.getKeyValuePairs()) {
        fields.putIfAbsent(LogfmtText.key(pair.key), String.valueOf(pair.value));
      }
    }
    event
        .getMDCPropertyMap()
        .forEach((key, value) -> fields.putIfAbsent(LogfmtText.key(key), String.valueOf(value)));
    if (event.getThrowableProxy() != null) {
      fields.putIfAbsent("stack", stack.convert(event).stripTrailing());
    }
    return fields.entrySet().stream()
        .map(field -> field.getKey() + '=' + LogfmtText.value(field.getValue()))
        .collect(Collectors.joining(" ", "", "\n"));
  }
}
