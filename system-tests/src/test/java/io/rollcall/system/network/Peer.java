package io.rollcall.system.network;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.TransactionRequest;
import io.rollcall.proto.v1.XTRequest;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.ClientSettings;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.ConnectionListener;
import io.rollcall.transport.ConnectionSettings;
import io.rollcall.transport.InboundMessage;
import io.rollcall.transport.ListenAddress;
import io.rollcall.transport.MessageHandler;
import io.rollcall.transport.ServerSettings;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.netty.NettyTransportClient;
import io.rollcall.transport.netty.NettyTransportServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/**
 * One end of a connection, as a process of its own: does what lines on standard input tell it, and
 * writes one line for each thing that happens. It ends with its input, so it never outlives the
 * test, and with it ends the network namespace it runs in.
 *
 * <pre>
 * in   send NUMBER BYTES     sends a message with that number, and so many bytes more
 *      bytes                 how many bytes came over the connection of this moment
 * out  ready                 the process runs
 *      listening PORT        (server)
 *      opened ID             a connection
 *      closed ID REASON      its end
 *      got NUMBER BYTES      a message
 *      sent NUMBER           it was handed to the socket
 *      unsent NUMBER         it was not, because there is no connection
 *      bytes COUNT           the answer
 * </pre>
 */
final class Peer implements MessageHandler, ConnectionListener {

  private Peer() {}

  /** Runs {@code server}, or {@code client HOST PORT}. */
  public static void main(String[] arguments) throws IOException {
    Peer peer = new Peer();
    say("ready");
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    if (arguments[0].equals("server")) {
      peer.serve(input);
    } else {
      peer.connect(input);
    }
  }

  private void serve(BufferedReader input) throws IOException {
    String wired = input.readLine();
    if (wired == null) {
      return;
    }
    try (NettyTransportServer server =
        new NettyTransportServer(
            ServerSettings.of(new ListenAddress("0.0.0.0", 0), AdmissionSettings.OPEN),
            Optional.empty(),
            this,
            this,
            event -> {},
            TransportMetrics.NOOP,
            InstantSource.system())) {
      server.start();
      say("listening " + server.address().getPort());
      obey(
          input,
          (number, message) ->
              server
                  .broadcast(message, Set.of())
                  .thenAccept(result -> said(number, result.failed().isEmpty())),
          () -> server.connections().stream().mapToLong(ConnectionInfo::bytesRead).sum());
    }
  }

  private void connect(BufferedReader input) throws IOException {
    String address = input.readLine();
    if (address == null) {
      return;
    }
    ClientSettings settings =
        new ClientSettings(
            List.of(address),
            "peer",
            Duration.ofSeconds(2),
            Duration.ofMillis(500),
            false,
            Optional.empty(),
            ConnectionSettings.client());
    try (NettyTransportClient client =
        new NettyTransportClient(settings, this, this, TransportMetrics.NOOP)) {
      client.connectInBackground();
      obey(
          input,
          (number, message) ->
              client.send(message).whenComplete((done, failure) -> said(number, failure == null)),
          () -> client.connection().map(connection -> connection.info().bytesRead()).orElse(0L));
    }
  }

  private static void said(long number, boolean done) {
    say((done ? "sent " : "unsent ") + number);
  }

  private static void obey(BufferedReader input, BiConsumer<Long, Message> send, LongSupplier bytes)
      throws IOException {
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String[] words = line.split(" ", -1);
      if (words[0].equals("send")) {
        long number = Long.parseLong(words[1]);
        send.accept(number, message(number, Integer.parseInt(words[2])));
      } else {
        say("bytes " + bytes.getAsLong());
      }
    }
  }

  private static Message message(long number, int bytes) {
    return Message.newBuilder()
        .setXtRequest(
            XTRequest.newBuilder()
                .addTransactions(
                    TransactionRequest.newBuilder()
                        .setChainId(ByteString.copyFromUtf8(Long.toString(number)))
                        .addTransaction(ByteString.copyFrom(new byte[bytes]))))
        .build();
  }

  @Override
  public void handle(InboundMessage inbound) {
    TransactionRequest content = inbound.message().getXtRequest().getTransactions(0);
    say("got " + content.getChainId().toStringUtf8() + " " + content.getTransaction(0).size());
  }

  @Override
  public void opened(ConnectionInfo connection) {
    say("opened " + connection.id());
  }

  @Override
  public void closed(ConnectionInfo connection, CloseReason reason, String details) {
    say("closed " + connection.id() + " " + reason);
  }

  private static synchronized void say(String line) {
    System.out.println(line);
  }
}
