package io.rollcall.transport.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that records without pause, killed again and again wherever it stands. */
class ReplayFileKillTests {

  private static final ByteString KEY = ByteString.fromHex("02" + "ab".repeat(32));

  private static final InstantSource LONG_AGO = () -> Instant.ofEpochSecond(-1_000_000);

  @TempDir private Path folder;

  @Test
  void nothingThatWasAcknowledgedIsLostByAKill() throws Exception {
    Path file = folder.resolve("replay");
    long last = 0;
    for (int round = 0; round < 4; round++) {
      last = recordUntilKilled(file, last, 20 + 37 * round);
      // Behind the clock, so that it waited for its own write each time.
      try (ReplayFile replay = ReplayFile.open(file, () -> Set.of(KEY), LONG_AGO)) {
        assertThat(replay.atStart(KEY).orElseThrow()).isGreaterThanOrEqualTo(last);
      }
    }
  }

  @Test
  void nothingThatWaitedForNoWriteIsLostByAKill() throws Exception {
    Path file = folder.resolve("replay");
    for (int round = 0; round < 4; round++) {
      long last = recordUntilKilled(file, Recorder.BY_THE_CLOCK, 200 + 370 * round);
      try (ReplayFile replay = ReplayFile.open(file, () -> Set.of(KEY))) {
        assertThat(replay.atStart(KEY).orElseThrow()).isGreaterThanOrEqualTo(last);
      }
    }
  }

  /** Returns the highest acknowledged timestamp that was seen. */
  private static long recordUntilKilled(Path file, long from, int acknowledged) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Recorder.class.getName(),
                file.toString(),
                Long.toString(from))
            .redirectErrorStream(true)
            .start();
    try (BufferedReader out = process.inputReader(StandardCharsets.US_ASCII)) {
      long last = from;
      for (int seen = 0; seen < acknowledged; ) {
        String line = out.readLine();
        assertThat(line).as("a line of the recorder").isNotNull();
        if (line.startsWith(Recorder.KEPT)) {
          last = Long.parseLong(line.substring(Recorder.KEPT.length()));
          seen++;
        }
      }
      return last;
    } finally {
      process.destroyForcibly();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** The process. */
  static final class Recorder {

    static final String KEPT = "kept ";

    /** Instead of a first timestamp: those of the system's clock. */
    static final long BY_THE_CLOCK = -1;

    private Recorder() {}

    public static void main(String[] arguments) throws Exception {
      long from = Long.parseLong(arguments[1]);
      boolean byTheClock = from == BY_THE_CLOCK;
      InstantSource clock = byTheClock ? InstantSource.system() : LONG_AGO;
      ReplayFile file = ReplayFile.open(Path.of(arguments[0]), () -> Set.of(KEY), clock);
      for (int i = 1; i <= 1_000_000; i++) {
        Instant now = clock.instant();
        long timestamp =
            byTheClock ? now.getEpochSecond() * 1_000_000_000 + now.getNano() : from + i;
        file.record(KEY, timestamp).toCompletableFuture().get(10, TimeUnit.SECONDS);
        if (file.problem().isEmpty()) {
          System.out.println(KEPT + timestamp);
        }
      }
    }
  }
}
