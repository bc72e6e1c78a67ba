package io.rollcall.publisher.testing;

import io.rollcall.proto.ChainId;
import io.rollcall.publisher.event.InboundObserver;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what it is told. Safe for any thread. */
public final class RecordingObserver implements InboundObserver {

  private final List<String> calls = new CopyOnWriteArrayList<>();

  /** Has heard nothing yet. */
  public RecordingObserver() {}

  /** What it was told, in order. */
  public List<String> calls() {
    return calls;
  }

  @Override
  public void handled(String payload, long nanos) {
    calls.add("handled " + payload);
  }

  @Override
  public void unrouted(String payload) {
    calls.add("unrouted " + payload);
  }

  @Override
  public void malformed(String connectionId, String payload, String why) {
    calls.add("malformed " + payload + ": " + why);
  }

  @Override
  public void identityMismatch(
      String connectionId, String identity, ChainId chain, String payload) {
    calls.add("mismatch " + identity + " " + chain + " " + payload);
  }
}
