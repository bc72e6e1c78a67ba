package io.rollcall.benchmarks.versus;

import io.rollcall.proto.v1.Message;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** Messages that arrived, and how long they were on their way. Any thread. */
final class Arrivals {

  private static final long LONGEST = TimeUnit.MINUTES.toNanos(2);

  private final Recorder recorder = new Recorder(LONGEST, 3);

  void arrived(Message message) {
    recorder.recordValue(Math.clamp(System.nanoTime() - Payload.due(message), 0, LONGEST));
  }

  /** Those since the last call. */
  Histogram take() {
    return recorder.getIntervalHistogram();
  }
}
