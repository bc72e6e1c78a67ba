package io.rollcall.benchmarks.versus;

import io.rollcall.benchmarks.process.JavaProcess;
import io.rollcall.benchmarks.versus.ServerSide.Work;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The process of a server, seen from here. */
final class Server implements AutoCloseable {

  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration READERS_LIMIT = Duration.ofSeconds(30);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

  private final JavaProcess process;
  private final int port;

  /**
   * Starts it.
   *
   * @param buffer bytes that may wait for one reader
   * @param messageBytes how large a broadcast is
   * @param options of its JVM
   */
  Server(Side side, Work work, int buffer, int messageBytes, String... options)
      throws InterruptedException {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            JavaProcess.classPath(),
            ServerMain.class.getName(),
            side.name(),
            work.name(),
            Integer.toString(buffer),
            Integer.toString(messageBytes)));
    process = new JavaProcess(Path.of("").toAbsolutePath(), arguments);
    try {
      Matcher listening = process.await(Pattern.compile("^listening on (\\d+)"), START_LIMIT);
      port = Integer.parseInt(listening.group(1));
    } catch (RuntimeException failed) {
      close();
      throw failed;
    }
  }

  int port() {
    return port;
  }

  JavaProcess process() {
    return process;
  }

  /** Waits until it has so many readers. */
  void awaitReaders(int count) throws InterruptedException {
    long deadline = System.nanoTime() + READERS_LIMIT.toNanos();
    while (ask("readers", "^readers (\\d+)", ANSWER_LIMIT)[0] < count) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("not all readers were there in time");
      }
      Thread.sleep(20);
    }
  }

  /** Count, and nanoseconds of the 50th, 99th and 99.9th percentile and of the slowest. */
  long[] arrivals() throws InterruptedException {
    return ask("arrivals", "^arrived (\\d+) (\\d+) (\\d+) (\\d+) (\\d+)", ANSWER_LIMIT);
  }

  /** Has it broadcast at a rate, and returns when it begins to. */
  void broadcastAtRate(int bytes, double perSecond, Duration duration) {
    process.say("rate " + bytes + " " + perSecond + " " + duration);
  }

  /** Has it broadcast as fast as the readers read, and returns when it begins to. */
  void broadcastMost(int bytes, Duration duration) {
    process.say("most " + bytes + " " + duration);
  }

  /** Waits until it has broadcast; says how many. */
  long awaitSent(Duration limit) throws InterruptedException {
    return numbers(process.await(Pattern.compile("^sent (\\d+)"), limit))[0];
  }

  /** Has it broadcast so many, and waits for that. */
  void broadcast(int bytes, long count, Duration limit) throws InterruptedException {
    process.say("number " + bytes + " " + count);
    awaitSent(limit);
  }

  /** The most bytes that its heap, and its buffers outside of it, held. */
  long[] memory() throws InterruptedException {
    return ask("memory", "^memory (\\d+) (\\d+)", ANSWER_LIMIT);
  }

  private long[] ask(String question, String answer, Duration limit) throws InterruptedException {
    process.say(question);
    return numbers(process.await(Pattern.compile(answer), limit));
  }

  private static long[] numbers(Matcher matcher) {
    long[] numbers = new long[matcher.groupCount()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Long.parseLong(matcher.group(i + 1));
    }
    return numbers;
  }

  @Override
  public void close() {
    process.close();
  }
}
