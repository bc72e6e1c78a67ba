package io.rollcall.transport.testing;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Vote;
import io.rollcall.transport.ClientSettings;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.ConnectionListener;
import io.rollcall.transport.ConnectionSettings;
import io.rollcall.transport.TransportClient;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.netty.NettyTransportClient;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A client in a process of its own, so that it can be stopped where it stands. Connects in the
 * background, again after each loss, and announces each connection with a vote.
 */
public final class ReconnectingPeer implements AutoCloseable {

  /** The sender of its votes. */
  public static final String ID = "reconnecting-peer";

  private final Process process;

  private ReconnectingPeer(Process process) {
    this.process = process;
  }

  /** Starts a process whose client dials this address. */
  public static ReconnectingPeer launch(String address) {
    String classes =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    try {
      return new ReconnectingPeer(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx64m",
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  classes,
                  ReconnectingPeer.class.getName(),
                  address)
              .redirectOutput(new File("/dev/null"))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Stops it where it stands (SIGSTOP): its sockets stay, and nobody reads them. */
  public void freeze() {
    signal("STOP");
  }

  /** Lets it go on (SIGCONT). */
  public void thaw() {
    signal("CONT");
  }

  private void signal(String signal) {
    try {
      Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
      if (!kill.waitFor(5, TimeUnit.SECONDS) || kill.exitValue() != 0) {
        throw new IllegalStateException("SIG" + signal + " did not reach the peer");
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** Ends the process, frozen or not. */
  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
  }

  /** The process: dials its argument until its input ends. */
  public static void main(String[] arguments) throws IOException {
    AtomicReference<@Nullable TransportClient> self = new AtomicReference<>();
    ConnectionListener announcing =
        new ConnectionListener() {
          @Override
          public void opened(ConnectionInfo connection) {
            TransportClient client = self.get();
            if (client != null) {
              var _ = client.send(vote());
            }
          }

          @Override
          public void closed(ConnectionInfo connection, CloseReason reason, String details) {}
        };
    try (NettyTransportClient client =
        new NettyTransportClient(
            new ClientSettings(
                List.of(arguments[0]),
                ID,
                Duration.ofSeconds(10),
                Duration.ofMillis(100),
                false,
                Optional.empty(),
                ConnectionSettings.client()),
            message -> {},
            announcing,
            TransportMetrics.NOOP)) {
      self.set(client);
      client.connectInBackground();
      while (System.in.read() >= 0) {
        // Nothing is said here; the end counts.
      }
    }
  }

  private static Message vote() {
    return Message.newBuilder()
        .setVote(Vote.newBuilder().setSenderChainId(ByteString.fromHex("d903")).setVote(true))
        .build();
  }
}
