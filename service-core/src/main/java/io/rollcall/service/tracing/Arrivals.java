package io.rollcall.service.tracing;

import io.rollcall.proto.XtId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Contexts of XTs on their way to the coordinator, which takes each out when it hears what became
 * of the XT. {@value #MOST} at most, about what may wait there: then the oldest is forgotten, and
 * its XT is as one that came without. Safe for any thread.
 */
public final class Arrivals {

  static final int MOST = 8_192;

  private final Map<XtId, TraceParent> contexts =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<XtId, TraceParent> eldest) {
          return size() > MOST;
        }
      };

  /** Nothing is on its way yet. */
  public Arrivals() {}

  /** It is on its way. The first context of an XT stands. */
  public synchronized void put(XtId id, TraceParent context) {
    contexts.putIfAbsent(id, context);
  }

  /** It arrived: what it came with, once. */
  public synchronized Optional<TraceParent> take(XtId id) {
    return Optional.ofNullable(contexts.remove(id));
  }
}
