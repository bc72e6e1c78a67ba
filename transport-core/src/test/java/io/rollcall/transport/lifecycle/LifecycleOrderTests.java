package io.rollcall.transport.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.transport.testing.FakeTransportServer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.support.GenericApplicationContext;

class LifecycleOrderTests {

  /** The phases of Spring Boot's web server; build against a change of them. */
  private static final int HTTP_START_STOP = SmartLifecycle.DEFAULT_PHASE - 2048;

  private static final int HTTP_GRACEFUL_SHUTDOWN = SmartLifecycle.DEFAULT_PHASE - 1024;

  @Test
  void httpIsUpBeforeTheServerListensAndAnswersWhileItDrains() {
    List<String> happened = new CopyOnWriteArrayList<>();
    try (GenericApplicationContext context = new GenericApplicationContext()) {
      FakeTransportServer server = new FakeTransportServer(() -> happened.add("transport drained"));
      context.registerBean(
          "transport",
          SmartLifecycle.class,
          () ->
              new TransportServerLifecycle(
                  server, event -> happened.add(event.getClass().getSimpleName())));
      context.registerBean("http", Phase.class, () -> new Phase("http", HTTP_START_STOP, happened));
      context.registerBean(
          "graceful", Phase.class, () -> new Phase("graceful", HTTP_GRACEFUL_SHUTDOWN, happened));
      context.refresh();
    }

    assertThat(happened)
        .containsExactly(
            "http started",
            "graceful started",
            "TransportServerStartedEvent",
            "AvailabilityChangeEvent",
            "transport drained",
            "graceful stopped",
            "http stopped");
  }

  private static final class Phase implements SmartLifecycle {

    private final String name;
    private final int phase;
    private final List<String> happened;
    private boolean running;

    Phase(String name, int phase, List<String> happened) {
      this.name = name;
      this.phase = phase;
      this.happened = happened;
    }

    @Override
    public void start() {
      running = true;
      happened.add(name + " started");
    }

    @Override
    public void stop() {
      running = false;
      happened.add(name + " stopped");
    }

    @Override
    public boolean isRunning() {
      return running;
    }

    @Override
    public int getPhase() {
      return phase;
    }
  }
}
