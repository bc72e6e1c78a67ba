package io.rollcall.transport.compression;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Native memory of the library, kept for the next message: one for each processor, since more do
 * not work at a time. Whoever finds none has one made, which goes again. Safe for any thread.
 *
 * @param <T> for one thread at a time
 */
final class KeptContexts<T> {

  /** What is done with one. */
  @FunctionalInterface
  interface Work<T> {
    int with(T context);
  }

  private final BlockingQueue<T> kept =
      new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());
  private final Supplier<T> maker;
  private final Consumer<T> end;

  KeptContexts(Supplier<T> maker, Consumer<T> end) {
    this.maker = maker;
    this.end = end;
  }

  /** Lends one out. After an exception it is not used again. */
  int lend(Work<T> work) {
    T known = kept.poll();
    T context = known == null ? maker.get() : known;
    boolean keep = false;
    try {
      int result = work.with(context);
      keep = kept.offer(context);
      return result;
    } finally {
      if (!keep) {
        end.accept(context);
      }
    }
  }
}
