package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.rollcall.transport.testing.LogCapture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Strangers are named in the log, and cannot fill it. */
class RefusalLogTests {

  private final AtomicLong now = new AtomicLong();
  private final RefusalLog refusals =
      new RefusalLog(LoggerFactory.getLogger(RefusalLogTests.class), now::get);

  @Test
  void warnsOfTheFirstInAWindowAndThenSaysHowManyItKeptBack() {
    try (LogCapture log = LogCapture.of(RefusalLogTests.class);
        EmbeddedLink embedded = new EmbeddedLink()) {
      for (int i = 0; i < RefusalLog.MOST_IN_A_WINDOW + 5; i++) {
        refusals.refused(embedded.link, "refused: no. " + i);
      }
      assertThat(log.lines(Level.WARN)).hasSize(RefusalLog.MOST_IN_A_WINDOW);
      assertThat(log.lines(Level.WARN)).first().asString().startsWith("link ").endsWith("no. 0");
      assertThat(log.lines(Level.DEBUG)).hasSize(5);

      now.set(RefusalLog.WINDOW_NANOS);
      refusals.refused(embedded.link, "refused: later");
      refusals.refused(embedded.link, "refused: last");
      assertThat(log.lines(Level.WARN).reversed().get(1))
          .endsWith("refused: later (5 more were refused before)");
      assertThat(log.lines(Level.WARN)).last().asString().endsWith("refused: last");
    }
  }
}
