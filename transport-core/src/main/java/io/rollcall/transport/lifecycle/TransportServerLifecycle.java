package io.rollcall.transport.lifecycle;

import io.rollcall.transport.TransportServer;
import io.rollcall.transport.event.TransportServerStartedEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;

/**
 * Runs a server while the application context runs.
 *
 * <p>In the last phase: HTTP is up before the first peer connects, and on stop the server drains
 * first while HTTP still answers, with readiness at {@code REFUSING_TRAFFIC}. The server itself
 * bounds the drain by its stop timeout. Whatever handles messages belongs into an earlier phase
 * than {@link #PHASE}, so that it is up before the first and down after the last.
 */
public final class TransportServerLifecycle implements SmartLifecycle {

  /** After everything else at start, before everything else at stop. */
  public static final int PHASE = DEFAULT_PHASE;

  private static final Logger log = LoggerFactory.getLogger(TransportServerLifecycle.class);

  private final TransportServer server;
  private final ApplicationEventPublisher events;
  private boolean refusing;

  /** Runs this server and publishes there. */
  public TransportServerLifecycle(TransportServer server, ApplicationEventPublisher events) {
    this.server = server;
    this.events = events;
  }

  @Override
  public synchronized void start() {
    server.start();
    events.publishEvent(new TransportServerStartedEvent(server.address()));
    if (refusing) {
      // Only after a stop of the running application; the first time Spring Boot says it itself.
      refusing = false;
      AvailabilityChangeEvent.publish(events, this, ReadinessState.ACCEPTING_TRAFFIC);
    }
  }

  @Override
  public void stop(Runnable callback) {
    refuseTraffic();
    Thread.ofVirtual()
        .name("transport-server-stop")
        .start(() -> {
          try {
            server.stop();
          } catch (RuntimeException e) {
            log.error("The transport server did not stop in order", e);
          } finally {
            callback.run();
          }
        });
  }

  @Override
  public void stop() {
    refuseTraffic();
    server.stop();
  }

  private synchronized void refuseTraffic() {
    refusing = true;
    AvailabilityChangeEvent.publish(events, this, ReadinessState.REFUSING_TRAFFIC);
  }

  @Override
  public boolean isRunning() {
    return server.isRunning();
  }

  @Override
  public int getPhase() {
    return PHASE;
  }
}
