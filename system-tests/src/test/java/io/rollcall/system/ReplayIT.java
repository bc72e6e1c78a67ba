package io.rollcall.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.transport.Compression;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.KeyPairs;
import io.rollcall.transport.auth.Signer;
import io.rollcall.transport.auth.TrustedKeys;
import io.rollcall.transport.session.ClientHandshake;
import io.rollcall.transport.session.ClientHandshakeSettings;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A hello that somebody recorded, against a publisher that was killed and started again. */
class ReplayIT {

  private static final Pair PAIR = new Pair(Path.of("..").toAbsolutePath().normalize(), Map.of());
  private static final NodeKey KEY = NodeKey.generate();

  /** An answer takes milliseconds; where a machine starts other services beside it, seconds. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final ClientHandshake peer =
      new ClientHandshake(
          EcdsaAuthManager.create(Signer.of(KeyPairs.fromHex(KEY.secret())), new TrustedKeys()),
          "raw",
          ClientHandshakeSettings.V1,
          InstantSource.system(),
          new SecureRandom());

  @AfterAll
  static void stop() {
    PAIR.close();
  }

  @Test
  void aRecordedHelloIsRefusedAlsoAfterAKillAndAFreshOneIsNot() throws IOException {
    ServiceProcess first = start();
    HandshakeRequest recorded = peer.begin(ByteString.EMPTY, Compression.NONE).hello();
    assertThat(answer(first, recorded).getAccepted()).isTrue();
    assertThat(answer(first, recorded).getError()).isEqualTo("handshake was used before");

    first.kill();
    ServiceProcess second = start();

    assertThat(answer(second, recorded).getError())
        .isEqualTo("handshake timestamp not after the last one accepted before a restart");
    HandshakeRequest fresh = peer.begin(ByteString.EMPTY, Compression.NONE).hello();
    assertThat(answer(second, fresh).getAccepted()).isTrue();
    assertThat(answer(second, fresh).getError()).isEqualTo("handshake was used before");
    assertThat(PAIR.folder().resolve("data/replay")).exists();
  }

  /** With a window that outlasts every start. */
  private static ServiceProcess start() {
    return PAIR.startPublisher(
        "--auth.trusted-sequencers.raw=" + KEY.publicKey(), "--auth.clock-skew=10m");
  }

  private static HandshakeResponse answer(ServiceProcess publisher, HandshakeRequest hello)
      throws IOException {
    String address = Pair.tcpAddress(publisher);
    int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) PATIENCE.toMillis());
      socket.setSoTimeout((int) PATIENCE.toMillis());
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      byte[] body = hello.toByteArray();
      out.writeInt(body.length);
      out.write(body);
      out.flush();
      DataInputStream in = new DataInputStream(socket.getInputStream());
      return HandshakeResponse.parseFrom(in.readNBytes(in.readInt()));
    }
  }
}
