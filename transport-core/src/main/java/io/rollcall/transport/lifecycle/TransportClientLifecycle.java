package io.rollcall.transport.lifecycle;

import io.rollcall.transport.TransportClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Keeps a client connected while the application context runs.
 *
 * <p>Start-up does not wait for the server and does not fail when it is away: the client connects
 * in the background and keeps trying. Same phase as the server, for the same reasons; see {@link
 * TransportServerLifecycle}.
 */
public final class TransportClientLifecycle implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(TransportClientLifecycle.class);

  private final TransportClient client;
  private volatile boolean running;

  /** Runs this client. */
  public TransportClientLifecycle(TransportClient client) {
    this.client = client;
  }

  @Override
  public void start() {
    client.connectInBackground();
    running = true;
  }

  @Override
  public void stop(Runnable callback) {
    Thread.ofVirtual()
        .name("transport-client-stop")
        .start(() -> {
          try {
            stop();
          } catch (RuntimeException e) {
            log.error("The transport client did not stop in order", e);
          } finally {
            callback.run();
          }
        });
  }

  @Override
  public void stop() {
    running = false;
    client.disconnect();
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public int getPhase() {
    return TransportServerLifecycle.PHASE;
  }
}
