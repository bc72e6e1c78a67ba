package io.rollcall.service.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Disks that fail, with a real process on a real mount. Root may write whatever the modes say, so
 * it gives that right up first; and only root can mount. Each test begins with a write that has to
 * fail.
 */
class SqliteFaultTests {

  /** "Input/output error". */
  private static final int STORAGE = 74;

  private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

  /** Whose writes the modes of files hold back. */
  private static final List<String> WITHOUT_ROOTS_RIGHTS =
      ROOT
          ? List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")
          : List.of();

  @TempDir Path folder;

  @Test
  void aSecondProcessIsSentAwayAndTheFirstGoesOn() throws Exception {
    Path file = folder.resolve("publisher.db");
    try (Writer first = Writer.start(List.of(), file, 3, 0, "wait")) {
      first.await("projected");
      try (Writer second = Writer.start(List.of(), file, 3, 0)) {
        assertThat(second.await("failed:")).contains("publisher.db is used by another process");
        assertThat(second.exitCode()).isEqualTo(STORAGE);
      }
      first.kill();
    }
    try (Writer next = Writer.start(List.of(), file, 0, 0)) {
      assertThat(next.await("holds")).as("a killed process holds nothing").isEqualTo("holds 3");
    }
  }

  @Test
  void aFolderThatCannotBeWrittenStopsTheStart() throws Exception {
    Path place = folder.resolve("place");
    Files.createDirectory(
        place, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-x------")));
    assertWriteFails(WITHOUT_ROOTS_RIGHTS, place.resolve("probe"));

    try (Writer writer = Writer.start(WITHOUT_ROOTS_RIGHTS, place.resolve("publisher.db"), 1, 0)) {
      assertThat(writer.await("failed:"))
          .contains("the folder " + place + " cannot be written")
          .contains("publisher.db belongs there");
      assertThat(writer.exitCode()).isEqualTo(STORAGE);
    }
  }

  @Test
  void aFileThatCannotBeWrittenStopsTheStart() throws Exception {
    Path file = folder.resolve("publisher.db");
    try (Writer writer = Writer.start(List.of(), file, 1, 0)) {
      assertThat(writer.exitCode()).isZero();
    }
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
    assertWriteFails(WITHOUT_ROOTS_RIGHTS, file);

    try (Writer writer = Writer.start(WITHOUT_ROOTS_RIGHTS, file, 1, 0)) {
      assertThat(writer.await("failed:"))
          .contains("publisher.db cannot be written: it is read-only");
      assertThat(writer.exitCode()).isEqualTo(STORAGE);
    }
  }

  @Test
  void aReadOnlyFileSystemStopsTheStart() throws Exception {
    assumeTrue(ROOT, "only root can mount");
    Path place = Files.createDirectory(folder.resolve("place"));
    try (Writer writer = Writer.start(List.of(), place.resolve("publisher.db"), 1, 0)) {
      assertThat(writer.exitCode()).isZero();
    }
    List<String> readOnly =
        inMounts("mount --bind %1$s %1$s && mount -o remount,bind,ro %1$s".formatted(place));
    assertWriteFails(readOnly, place.resolve("probe"));

    try (Writer writer = Writer.start(readOnly, place.resolve("publisher.db"), 1, 0)) {
      assertThat(writer.await("failed:")).containsAnyOf("cannot be written", "read-only");
      assertThat(writer.exitCode()).isEqualTo(STORAGE);
    }
  }

  @Test
  void aFullDiskEndsTheProcessAndNothingThatItSaidIsLost() throws Exception {
    assumeTrue(ROOT, "only root can mount");
    Path place = Files.createDirectory(folder.resolve("place"));
    Path said = folder.resolve("said");
    Path file = place.resolve("publisher.db");
    List<String> writer = command(file, 100_000, 1_000);
    List<String> reader = command(file, 0, 0);
    // One life on a disk that fills up, and the next one once there is room again.
    Process process =
        new ProcessBuilder(
                List.of(
                    "unshare",
                    "-m",
                    "sh",
                    "-c",
                    """
                    mount -t tmpfs -o size=4m none %1$s
                    dd if=/dev/zero of=%1$s/filler bs=64k count=24 2>/dev/null
                    %2$s > %4$s.first; echo "exit $?" >> %4$s.first
                    dd if=/dev/zero of=%1$s/probe bs=64k count=64 2>/dev/null && echo "there is room" >> %4$s.first
                    rm -f %1$s/filler %1$s/probe
                    %3$s > %4$s.second; echo "exit $?" >> %4$s.second
                    """
                        .formatted(
                            place, String.join(" ", writer), String.join(" ", reader), said)))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor()).isZero();

    List<String> first = Files.readAllLines(Path.of(said + ".first"));
    long written = first.stream().filter(line -> line.startsWith("written")).count();
    assertThat(written).isPositive();
    assertThat(first)
        .anyMatch(line -> line.startsWith("failed:") && line.contains("the disk is full"))
        .contains("exit 74")
        .doesNotContain("there is room");
    List<String> second = Files.readAllLines(Path.of(said + ".second"));
    assertThat(second).contains("exit 0");
    long held = Long.parseLong(second.getFirst().substring("holds ".length()));
    assertThat(held).isBetween(written, written + 1);
  }

  private static List<String> inMounts(String mounts) {
    return List.of("unshare", "-m", "sh", "-c", mounts + " && exec \"$@\"", "sh");
  }

  private static List<String> command(Path file, int count, int padding) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx128m",
        "-XX:TieredStopAtLevel=1",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        System.getProperty("java.class.path"),
        WriterProcess.class.getName(),
        file.toString(),
        Integer.toString(count),
        Integer.toString(padding));
  }

  private static void assertWriteFails(List<String> as, Path file) throws Exception {
    List<String> command = new ArrayList<>(as);
    command.addAll(List.of("sh", "-c", "echo x >> " + file));
    assertThat(exitCode(command)).as("a write has to fail here").isNotZero();
  }

  private static int exitCode(List<String> command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
