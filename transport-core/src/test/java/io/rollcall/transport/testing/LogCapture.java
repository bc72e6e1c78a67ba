package io.rollcall.transport.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * What is logged while this is open, at every level from DEBUG; from any thread.
 *
 * <pre>{@code
 * try (LogCapture log = LogCapture.of(Foo.class)) {
 *   ...
 *   assertThat(log.lines(Level.WARN)).containsExactly("...");
 * }
 * }</pre>
 */
public final class LogCapture implements AutoCloseable {

  private final Logger logger;
  private final @Nullable Level before;
  private final Recorder recorder = new Recorder();

  private LogCapture(Logger logger) {
    this.logger = logger;
    this.before = logger.getLevel();
    recorder.start();
    logger.setLevel(Level.DEBUG);
    logger.addAppender(recorder);
  }

  /** Captures the logger of one class. */
  public static LogCapture of(Class<?> type) {
    return of(type.getName());
  }

  /** Captures a logger and those below it: a package, for example. */
  public static LogCapture of(String name) {
    return new LogCapture((Logger) LoggerFactory.getLogger(name));
  }

  /** Every line, without level and time. */
  public List<String> lines() {
    return recorder.events.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  /** The lines of one level. */
  public List<String> lines(Level level) {
    return recorder.events.stream()
        .filter(event -> event.getLevel().equals(level))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  @Override
  public void close() {
    logger.detachAppender(recorder);
    logger.setLevel(before);
    recorder.stop();
  }

  private static final class Recorder extends AppenderBase<ILoggingEvent> {

    final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

    @Override
    protected void append(ILoggingEvent event) {
      events.add(event);
    }
  }
}
