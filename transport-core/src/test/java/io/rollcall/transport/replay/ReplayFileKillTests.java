package io.rollcall.transport.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that records without pause, killed again and again wherever it stands. */
class ReplayFileKillTests {

  private static final ByteString KEY = ByteString.fromHex("02" + "ab".repeat(32));

  @TempDir private Path folder;

  @Test
  void nothingThatWasAcknowledgedIsLostByAKill() throws Exception {
    Path file = folder.resolve("replay");
    long last = 0;
    for (int round = 0; round < 4; round++) {
      last = recordUntilKilled(file, last, 20 + 37 * round);
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

    private Recorder() {}

    public static void main(String[] arguments) throws Exception {
      ReplayFile file = ReplayFile.open(Path.of(arguments[0]), () -> Set.of(KEY));
      long end = Long.parseLong(arguments[1]) + 1_000_000;
      for (long timestamp = Long.parseLong(arguments[1]) + 1; timestamp < end; timestamp++) {
        file.record(KEY, timestamp).toCompletableFuture().get(10, TimeUnit.SECONDS);
        if (file.problem().isEmpty()) {
          System.out.println(KEPT + timestamp);
        }
      }
    }
  }
}
