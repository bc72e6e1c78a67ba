package io.rollcall.service.coordination;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears what happened, after it was made durable and before any peer hears of it, so that whoever
 * got an outcome finds it everywhere. Called on the coordinator thread, which waits: it must be
 * quick and must not block. What it throws is logged and changes nothing.
 *
 * @param <F> the facts of one machine
 */
@FunctionalInterface
public interface FactListener<F> {

  /**
   * Takes the facts of one batch.
   *
   * @param facts at least one, in the order they came about
   */
  void observed(List<F> facts);

  /** Tells all of them, in order, whatever one of them throws; no facts, no call. */
  static <F> void tell(List<? extends FactListener<F>> listeners, List<F> facts) {
    if (facts.isEmpty()) {
      return;
    }
    for (FactListener<F> listener : listeners) {
      try {
        listener.observed(facts);
      } catch (RuntimeException failed) {
        Logger log = LoggerFactory.getLogger(FactListener.class);
        log.error(
            "{} failed on {} facts", listener.getClass().getSimpleName(), facts.size(), failed);
      }
    }
  }
}
