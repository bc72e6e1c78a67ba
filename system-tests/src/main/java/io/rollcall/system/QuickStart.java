package io.rollcall.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A packaged service, taken apart and with a cache of its classes (JEP 483), so that it starts in a
 * third of the time: for whoever starts it again and again.
 *
 * @param jar of the extracted service
 * @param cache of its classes
 */
record QuickStart(Path jar, Path cache) {

  private static final int MINUTES = 3;

  /** What both the training and every later start have to be run with, or the cache is not used. */
  static final List<String> JVM_OPTIONS =
      List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  /**
   * Extracts and trains.
   *
   * @param packaged the packaged service
   * @param folder where the result goes
   * @param arguments with which it can start without touching anything
   */
  static QuickStart of(Path packaged, Path folder, List<String> arguments) {
    Path extracted = folder.resolve(packaged.getFileName() + "-extracted");
    run(
        folder,
        List.of(
            "-Djarmode=tools",
            "-jar",
            packaged.toAbsolutePath().toString(),
            "extract",
            "--destination",
            extracted.toString()));
    QuickStart made =
        new QuickStart(
            extracted.resolve(packaged.getFileName()),
            folder.resolve(packaged.getFileName() + ".aot"));
    List<String> training = new ArrayList<>(JVM_OPTIONS);
    training.add("-XX:AOTCacheOutput=" + made.cache);
    training.add("-Dspring.context.exit=onRefresh");
    training.add("-jar");
    training.add(made.jar.toString());
    training.addAll(arguments);
    run(folder, training);
    return made;
  }

  private static void run(Path folder, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(arguments);
    Path log = folder.resolve("prepare.log");
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IllegalStateException(
            String.join(" ", command) + " failed:\n" + Files.readString(log));
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }
}
