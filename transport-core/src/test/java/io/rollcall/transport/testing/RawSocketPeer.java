package io.rollcall.transport.testing;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Ping;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;

/**
 * The other end of a connection, byte by byte: sends whatever a test wants, well-formed or not, and
 * reads frames. Blocking, and no wait is longer than ten seconds: then the call fails.
 */
public final class RawSocketPeer implements Closeable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Socket socket;
  private final DataInputStream input;

  private RawSocketPeer(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout((int) PATIENCE.toMillis());
    socket.setTcpNoDelay(true);
    input = new DataInputStream(socket.getInputStream());
  }

  /** Connects over loopback to the port of this address. */
  public static RawSocketPeer connect(InetSocketAddress server) {
    return connect(server, 0);
  }

  /**
   * Connects with a receive buffer of about this many bytes, so that the other end soon cannot send
   * any more; 0 for the usual one.
   */
  public static RawSocketPeer connect(InetSocketAddress server, int receiveBuffer) {
    Socket socket = new Socket();
    try {
      if (receiveBuffer > 0) {
        socket.setReceiveBufferSize(receiveBuffer);
      }
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()),
          (int) PATIENCE.toMillis());
      return new RawSocketPeer(socket);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Connects over loopback from this address of it: 127.0.0.9, for example. */
  public static RawSocketPeer connectFrom(String address, InetSocketAddress server) {
    Socket socket = new Socket();
    try {
      socket.bind(new InetSocketAddress(address, 0));
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()),
          (int) PATIENCE.toMillis());
      return new RawSocketPeer(socket);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Takes over an accepted socket, for tests of clients. */
  public static RawSocketPeer of(Socket accepted) {
    try {
      return new RawSocketPeer(accepted);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** The port by which the other end knows this one. */
  public int localPort() {
    return socket.getLocalPort();
  }

  /** Sends these bytes and nothing else. */
  public RawSocketPeer send(byte... bytes) {
    try {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
      return this;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Sends the bytes of this hex. */
  public RawSocketPeer sendHex(String hex) {
    return send(HexFormat.of().parseHex(hex));
  }

  /** Sends the characters of this text, one byte each. */
  public RawSocketPeer sendText(String text) {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Sends these bytes behind their length. */
  public RawSocketPeer sendFrame(ByteString body) {
    return send(frame(body));
  }

  /** Sends a frame with this message, a handshake or the envelope. */
  public RawSocketPeer send(MessageLite message) {
    return sendFrame(message.toByteString());
  }

  /** Sends a ping and reads frames until its pong comes; then all that was sent before was read. */
  public RawSocketPeer ping(long timestamp) {
    send(
        Message.newBuilder()
            .setSenderId("raw")
            .setPing(Ping.newBuilder().setTimestamp(timestamp))
            .build());
    while (true) {
      Message message = readMessage();
      if (message.hasPong() && message.getPong().getTimestamp() == timestamp) {
        return this;
      }
    }
  }

  /** Reads that many bytes, or fewer when the stream ends. */
  public byte[] readBytes(int count) {
    try {
      return input.readNBytes(count);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Reads one frame. */
  public ByteString readFrame() {
    try {
      int length = input.readInt();
      byte[] body = input.readNBytes(length);
      if (body.length < length) {
        throw new EOFException("the stream ended inside a frame");
      }
      return ByteString.copyFrom(body);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Reads one frame as the envelope. */
  public Message readMessage() {
    try {
      return Message.parseFrom(readFrame());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Reads one frame as the answer to a hello. */
  public HandshakeResponse readHandshakeResponse() {
    try {
      return HandshakeResponse.parseFrom(readFrame());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Reads messages until a disconnect comes. */
  public DisconnectMessage readDisconnect() {
    while (true) {
      Message message = readMessage();
      if (message.hasDisconnect()) {
        return message.getDisconnect();
      }
    }
  }

  /** Reads to the end of the stream, which must come without another byte. */
  public void expectEndOfStream() {
    try {
      byte[] rest = input.readAllBytes();
      if (rest.length > 0) {
        throw new AssertionError(
            rest.length + " bytes before the end of the stream: " + HexFormat.of().formatHex(rest));
      }
    } catch (IOException reset) {
      throw new UncheckedIOException("no orderly end of the stream", reset);
    }
  }

  /** Everything up to the end of the stream; a reset counts as the end. */
  public byte[] readToEnd() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      byte[] some = new byte[8192];
      for (int count = input.read(some); count >= 0; count = input.read(some)) {
        all.write(some, 0, count);
      }
    } catch (java.net.SocketTimeoutException late) {
      throw new UncheckedIOException(late);
    } catch (IOException reset) {
      return all.toByteArray();
    }
    return all.toByteArray();
  }

  /** Ends the own half of the stream; reading goes on. */
  public RawSocketPeer shutdownOutput() {
    try {
      socket.shutdownOutput();
      return this;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Ends the connection by a reset. */
  public void reset() {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** A frame's bytes: length and body. */
  public static byte[] frame(ByteString body) {
    ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + body.size()).putInt(body.size());
    body.copyTo(frame);
    return frame.array();
  }

  /** Does nothing when closed. */
  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
