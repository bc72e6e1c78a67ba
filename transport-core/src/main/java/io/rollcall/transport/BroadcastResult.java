package io.rollcall.transport;

import java.util.List;
import java.util.Map;

/**
 * Who got a broadcast. Some failing is normal: they are gone, or were closed because they did not
 * read; a connection that lives has missed nothing.
 *
 * @param delivered ids of the connections whose socket took the bytes
 * @param failed why the others did not, by connection id
 */
public record BroadcastResult(List<String> delivered, Map<String, TransportException> failed) {

  /** Keeps copies. */
  public BroadcastResult {
    delivered = List.copyOf(delivered);
    failed = Map.copyOf(failed);
  }
}
