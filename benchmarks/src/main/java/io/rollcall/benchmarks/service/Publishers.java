package io.rollcall.benchmarks.service;

import io.rollcall.benchmarks.load.Window;
import io.rollcall.benchmarks.process.Publisher;
import io.rollcall.benchmarks.process.Publisher.Sockets;
import io.rollcall.benchmarks.process.Publisher.Storage;
import io.rollcall.benchmarks.session.Session;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What the benchmarks of the publisher have in common. */
final class Publishers {

  private Publishers() {}

  /** The jar as it was built. */
  static Publisher start(Session session, Storage storage, Sockets sockets, String... properties)
      throws InterruptedException {
    return new Publisher(
        session.work(),
        List.of("-jar", session.publisherJar().toString()),
        storage,
        sockets,
        List.of(properties));
  }

  static Window window(Publisher publisher, Duration warmUp, Duration duration) {
    return new Window(warmUp, duration, publisher.process()::cpu);
  }

  static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
