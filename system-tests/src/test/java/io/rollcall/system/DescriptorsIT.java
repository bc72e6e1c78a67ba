package io.rollcall.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A publisher that runs out of file descriptors, on both of the ways it has to sockets. */
class DescriptorsIT {

  private static final Path PUBLISHER =
      Path.of("..")
          .toAbsolutePath()
          .normalize()
          .resolve("publisher-service/target/publisher-service.jar");

  /** Enough to start with. */
  private static final int DESCRIPTORS = 200;

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Pattern TCP_PORT = Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)");
  private static final String READINESS = "/actuator/health/readiness";
  private static final String REASON = "cannot accept connections: too many open files";

  private static final byte[] PING =
      HexFormat.of().parseHex("000000160a08636c69656e742d31720a088080a8b1e39fe7cb17");

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"epoll, false", "NIO, true"})
  void saysThatItCannotAcceptAndAcceptsAgainWhenItCan(String way, boolean portable)
      throws IOException {
    try (ServiceProcess publisher =
        ServiceProcess.launchWithFewDescriptors(
            DESCRIPTORS,
            "publisher-" + way,
            PUBLISHER,
            folder,
            List.of("-Dio.netty.transport.noNative=" + portable),
            List.of(
                "--transport.listen-addr=127.0.0.1:0",
                "--server.address=127.0.0.1",
                "--server.port=0",
                // One connection of ours stays, so that it needs no descriptor later.
                "--server.tomcat.max-keep-alive-requests=-1"))) {
      publisher.awaitReady();
      assertThat(publisher.log()).contains("transport-server runs on " + way);
      HttpApi http = publisher.http();
      assertThat(http.status(READINESS)).isEqualTo(200);
      int port = Integer.parseInt(publisher.awaitInLog(TCP_PORT));

      List<Socket> crowd = new ArrayList<>();
      for (int i = 0; i < DESCRIPTORS; i++) {
        crowd.add(connect(port));
      }
      Waiting.until(
          "health to say why",
          LIMIT,
          () -> http.status(READINESS) == 503 && http.text(READINESS).contains(REASON));
      // Who is connected is served meanwhile.
      assertPong(crowd.getFirst());

      for (Socket socket : crowd) {
        socket.close();
      }
      Waiting.until("health to be up again", LIMIT, () -> http.status(READINESS) == 200);
      try (Socket next = connect(port)) {
        assertPong(next);
      }
      assertThat(publisher.log())
          .contains("accepts connections again")
          .doesNotContain("exceptionCaught() event was fired");
    }
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket();
    socket.connect(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) LIMIT.toMillis());
    socket.setSoTimeout((int) LIMIT.toMillis());
    return socket;
  }

  private static void assertPong(Socket socket) throws IOException {
    socket.getOutputStream().write(PING);
    DataInputStream input = new DataInputStream(socket.getInputStream());
    byte[] answer = input.readNBytes(input.readInt());
    // The time that was sent comes back.
    assertThat(HexFormat.of().formatHex(answer)).endsWith("088080a8b1e39fe7cb17");
  }
}
