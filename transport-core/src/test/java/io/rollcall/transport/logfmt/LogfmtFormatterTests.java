package io.rollcall.transport.logfmt;

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
  void anEventIsOneLineOfItsFields() {
    LoggingEvent event = event("XT ab committed", null);
    event.setKeyValuePairs(List.of(new KeyValuePair("xt", "ab"), new KeyValuePair("took_ms", 1.5)));
    event.setMDCPropertyMap(Map.of("connection", "c-1"));

    assertThat(formatter.format(event))
        .isEqualTo(
            "time=2026-01-02T03:04:05.000Z level=info logger=io.rollcall.FactLog thread=coordinator"
                + " msg=\"XT ab committed\" xt=ab took_ms=1.5 connection=c-1\n");
  }

  @Test
  void whatAPeerSentBeginsNeitherALineNorAField() {
    LoggingEvent event = event("a\r\nlevel=error \"b\"", null);
    event.setKeyValuePairs(List.of(new KeyValuePair("reason", "\" level=error \"\n")));
    event.setMDCPropertyMap(Map.of("connection", "x\ny"));

    assertThat(formatter.format(event))
        .endsWith(
            " msg=\"a\\r\\nlevel=error \\\"b\\\"\" reason=\"\\\" level=error \\\"\\n\""
                + " connection=\"x\\ny\"\n")
        .hasLineCount(1);
  }

  @Test
  void aFaultAndItsCauseAreAFieldOfItsLine() {
    Throwable fault = new IllegalStateException("no\ndisk", new RuntimeException("pulled"));

    assertThat(formatter.format(event("failed", fault)))
        .contains(" msg=failed stack=\"java.lang.IllegalStateException: no\\ndisk\\n\\tat ")
        .contains("\\nCaused by: java.lang.RuntimeException: pulled\\n")
        .hasLineCount(1);
  }

  @Test
  void noFieldTakesThePlaceOfAnother() {
    LoggingEvent event = event("real", null);
    event.setKeyValuePairs(
        List.of(
            new KeyValuePair("msg", "other"),
            new KeyValuePair("connection", "mine"),
            new KeyValuePair("nothing", null)));
    event.setMDCPropertyMap(Map.of("connection", "c-1"));

    assertThat(formatter.format(event)).endsWith(" msg=real connection=mine nothing=null\n");
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
