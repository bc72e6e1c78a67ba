package io.rollcall.benchmarks.micro;

import com.google.protobuf.ByteString;
import io.rollcall.service.storage.RowPosition;
import io.rollcall.service.storage.Storage;
import io.rollcall.service.storage.StorageException;
import io.rollcall.service.storage.StorageKind;
import io.rollcall.service.storage.StorageSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Rows of the decision log in SQLite, on the disk of the working directory. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH sets up.
public class LogTiming {

  /** About what a start and a decision have together. */
  private static final int RECORD_BYTES = 400;

  /** Rows that stay. */
  private static final long KEPT = 1_000;

  /** XTs whose records share the row. */
  @Param({"1", "256"})
  public int records;

  private Path folder;
  private Storage storage;
  private ByteString row;

  /** Makes an empty log. */
  @Setup
  public void open() throws IOException, StorageException {
    folder =
        Files.createTempDirectory(Files.createDirectories(Path.of("benchmarks/target")), "log-");
    storage =
        Storage.open(
            StorageSettings.of("jdbc:sqlite:" + folder.resolve("publisher.db"), null, null)
                .orElseThrow(),
            StorageKind.PUBLISHER);
    byte[] batch = new byte[records * RECORD_BYTES];
    new Random(1).nextBytes(batch);
    row = ByteString.copyFrom(batch);
  }

  /** One row with its sync; old ones go, as the publisher has it. */
  @Benchmark
  public RowPosition append() throws StorageException {
    RowPosition position = storage.log().append(row);
    storage.log().trimTo(position.sequence() - KEPT);
    return position;
  }

  /** Removes it. */
  @TearDown
  public void close() throws IOException {
    storage.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
