package io.rollcall.system.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Packets that really vanish, with the limits that hold in production: so a test takes up to a
 * minute, nearly all of it waiting, and they all wait at the same time. Needs root.
 */
@Execution(ExecutionMode.CONCURRENT)
class PacketLossIT {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String NIO = "-Dio.netty.transport.noNative=true";

  /** Larger than what a kernel sends before the first acknowledgement. */
  private static final int LARGE = 2_000_000;

  /** The server's default write-timeout, which is more than the least TCP user timeout. */
  private static final Duration SERVER_USER_TIMEOUT = Duration.ofSeconds(30);

  /** Of a client, whose write-timeout is less. */
  private static final Duration CLIENT_USER_TIMEOUT = Duration.ofSeconds(20);

  private static final Duration SILENCE_LIMIT = Duration.ofSeconds(45);
  private static final Duration PING_INTERVAL = Duration.ofSeconds(15);
  private static final Duration TOLERANCE = Duration.ofSeconds(8);

  @TempDir private Path folder;

  @BeforeEach
  void canBeDoneHere() {
    String problem = Wire.problem();
    assumeTrue(problem.isEmpty(), problem);
  }

  @Test
  void aServerWithoutUserTimeoutFindsAVanishedClientByItsSilence() {
    try (Wire wire = new Wire(folder, NIO)) {
      long cut = System.nanoTime();
      wire.cut();
      PeerProcess.Line end = wire.server().await("closed ", LIMIT);
      assertThat(end.text()).endsWith(" READ_TIMEOUT");
      assertThat(since(cut, end))
          .isBetween(SILENCE_LIMIT.minus(PING_INTERVAL), SILENCE_LIMIT.plus(TOLERANCE));
    }
  }

  @Test
  void aClientWhoseKernelAcknowledgesButThatSaysNothingIsFoundByItsSilence() {
    try (Wire wire = new Wire(folder)) {
      long cut = System.nanoTime();
      wire.loseDataOfTheClient();
      PeerProcess.Line end = wire.server().await("closed ", LIMIT);
      assertThat(end.text()).endsWith(" READ_TIMEOUT");
      assertThat(since(cut, end))
          .isBetween(SILENCE_LIMIT.minus(PING_INTERVAL), SILENCE_LIMIT.plus(TOLERANCE));
    }
  }

  @Test
  void aServerWhoseDataNobodyAcknowledgesEndsWithinTheUserTimeout() {
    try (Wire wire = new Wire(folder)) {
      wire.cut();
      long sent = System.nanoTime();
      wire.server().tell("send 1 100");
      PeerProcess.Line end = wire.server().await("closed ", LIMIT);
      assertThat(end.text()).endsWith(" WRITE_TIMEOUT");
      assertThat(since(sent, end))
          .isBetween(SERVER_USER_TIMEOUT.minusSeconds(2), SERVER_USER_TIMEOUT.plus(TOLERANCE));
    }
  }

  @Test
  void aClientNoticesThatTheServerVanishedAndComesBackWhenPacketsFlow() {
    try (Wire wire = new Wire(folder)) {
      PeerProcess client = wire.client();
      PeerProcess server = wire.server();
      client.tell("send 1 100");
      server.await("got 1 ", LIMIT);
      wire.cut();
      long sent = System.nanoTime();
      client.tell("send 2 100");
      PeerProcess.Line end = client.await("closed ", LIMIT);
      assertThat(end.text()).endsWith(" WRITE_TIMEOUT");
      assertThat(since(sent, end))
          .isBetween(CLIENT_USER_TIMEOUT.minusSeconds(2), CLIENT_USER_TIMEOUT.plus(TOLERANCE));
      client.tell("send 3 100");
      client.await("unsent 3", LIMIT);
      wire.mend();
      client.await("opened ", LIMIT);
      client.tell("send 4 100");
      server.await("got 4 ", LIMIT);
      // What was on the way when the connection ended is lost; nothing comes twice or out of turn.
      assertThat(server.all("got ")).containsExactly("got 1 100", "got 4 100");
    }
  }

  @Test
  void aShortOutageLosesNothingAndEndsNothing() {
    try (Wire wire = new Wire(folder)) {
      PeerProcess client = wire.client();
      PeerProcess server = wire.server();
      wire.loseWhatTheServerSends();
      client.tell("send 1 " + LARGE);
      // Without acknowledgements only the beginning gets through: the frame stays in pieces.
      long before = bytes(server);
      assertThat(before).isBetween(1L, LARGE - 1L);
      wire.cut();
      for (int number = 2; number <= 20; number++) {
        client.tell("send %d 1000".formatted(number));
        server.tell("send %d 1000".formatted(number));
        LockSupport.parkNanos(Duration.ofMillis(250).toNanos());
      }
      assertThat(bytes(server)).isLessThan(LARGE);
      assertThat(server.all("got ")).isEmpty();
      wire.mend();
      server.await("got 20 ", LIMIT);
      client.await("got 20 ", LIMIT);
      List<String> small = numbers(2, 20);
      assertThat(server.all("got ")).first().isEqualTo("got 1 " + LARGE);
      assertThat(server.all("got ")).hasSize(20).endsWith(small.toArray(String[]::new));
      assertThat(client.all("got ")).isEqualTo(small);
      assertThat(server.all("opened ")).hasSize(1);
      assertThat(server.all("closed ")).isEmpty();
      assertThat(client.all("closed ")).isEmpty();
    }
  }

  private static List<String> numbers(int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj(n -> "got " + n + " 1000").toList();
  }

  /** What came so far, once something did. */
  private static long bytes(PeerProcess server) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      server.tell("bytes");
      long count = Long.parseLong(server.await("bytes ", LIMIT).text().split(" ", -1)[1]);
      if (count > 0 || System.nanoTime() > deadline) {
        return count;
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  private static Duration since(long start, PeerProcess.Line line) {
    return Duration.ofNanos(line.nanoTime() - start);
  }
}
