package io.rollcall.service.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

class LogfmtFormatterTests {

  private final LogfmtFormatter formatter = new LogfmtFormatter();

  @Test
  void writesEachFieldOnceOnOneLine() {
    LoggingEvent event = event("XT ab committed", null);
    event.setKeyValuePairs(List.of(new KeyValuePair("xt", "ab"), new KeyValuePair("took_ms", 1.5)));
    event.setMDCPropertyMap(Map.of("connection", "c-1"));

    assertThat(formatter.format(event))
        .isEqualTo(
            "time=2026-01-02T03:04:05Z level=info logger=FactLog thread=coordinator"
                + " msg=\"XT ab committed\" xt=ab took_ms=1.5 connection=c-1\n");
  }

  @Test
  void whatAPeerSentBeginsNeitherALineNorAField() {
    LoggingEvent event = event("a\r\nlevel=error \"b\" \\ \u0000 \u2028", null);
    event.setKeyValuePairs(
        List.of(new KeyValuePair("reason", "x=1 y\n"), new KeyValuePair("a b\n", "")));

    assertThat(formatter.format(event))
        .endsWith(
            " msg=\"a\\r\\nlevel=error \\\"b\\\" \\\\ \\u0000 \\u2028\" reason=\"x=1 y\\n\" ab=\"\"\n")
        .containsOnlyOnce("\n");
  }

  @Test
  void aFaultIsAFieldOfItsLine() {
    assertThat(formatter.format(event("failed", new IllegalStateException("no disk"))))
        .contains(" msg=failed stack=\"java.lang.IllegalStateException: no disk\\n")
        .containsOnlyOnce("\n");
  }

  private static LoggingEvent event(String message, @Nullable Throwable fault) {
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    LoggingEvent event =
        new LoggingEvent(
            "", context.getLogger("io.rollcall.FactLog"), Level.INFO, message, fault, null);
    event.setInstant(Instant.parse("2026-01-02T03:04:05Z"));
    event.setThreadName("coordinator");
    return event;
  }
}
