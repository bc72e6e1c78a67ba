package io.rollcall.publisher.api;

import java.util.Optional;

/** What the SDK-compatible pages show beside the machine's state. Safe for any thread. */
public interface PublisherFigures {

  /** Whether the service would pass its readiness check now. */
  boolean isReady();

  /** How many connections are admitted. */
  int connections();

  /** Messages that reached their handler since the start. */
  long messagesProcessed();

  /** Messages that were announced since the start, each once however many heard it. */
  long broadcastsSent();

  /** The meters as Prometheus text; empty when they are not exported. */
  Optional<String> prometheusText();
}
