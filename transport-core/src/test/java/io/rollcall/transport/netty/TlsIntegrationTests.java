package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.Block;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.session.ServerHandshake;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.TestCertificates;
import io.rollcall.transport.testing.TestKeys;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

/** Both ends on TLS, over real sockets; and either of them with somebody who is not. */
class TlsIntegrationTests {

  private static final TestCertificates AUTHORITY = TestCertificates.authority();
  private static final TestCertificates.Identity SERVER = AUTHORITY.issue("server");
  private static final TestCertificates.Identity CLIENT = AUTHORITY.issue("client");

  private final ServerFixture.Settings settings = new ServerFixture.Settings();

  TlsIntegrationTests() {
    settings.tls = TestCertificates.settings(AUTHORITY.of(SERVER));
  }

  // ---- what works

  @Test
  void exchangesMessagesBothWaysAfterTheHandshakeOfTheSdk() throws Exception {
    authenticated();
    try (ServerFixture fixture = new ServerFixture(settings);
        ClientFixture client = secured(AUTHORITY.trusting(), true, fixture)) {
      client.client.connect();

      var opened = fixture.recorded.nextOpened();
      assertThat(opened.tls()).isTrue();
      assertThat(opened.identity().label()).isEqualTo("seq-A");
      client.client.send(block(100_000)).toCompletableFuture().join();
      assertThat(fixture.recorded.nextMessage().message().getBlock().getBlockData().size())
          .isEqualTo(100_000);
      fixture.server.broadcast(block(200_000), Set.of()).toCompletableFuture().join();
      assertThat(client.recorded.nextMessage().message().getBlock().getBlockData().size())
          .isEqualTo(200_000);
      client.client.disconnect();
      var closed = fixture.recorded.nextClosed();
      assertThat(closed.reason()).isEqualTo(CloseReason.REQUESTED);
      assertThat(closed.details()).isEqualTo(LinkContext.CLIENT_GOODBYE);
    }
  }

  @Test
  void admitsAnybodyAfterTlsWhereAuthenticationIsOff() {
    try (ServerFixture fixture = new ServerFixture(settings);
        RawSocketPeer silent = fixture.connect();
        ClientFixture client = secured(AUTHORITY.trusting(), false, fixture)) {
      client.client.connect();

      assertThat(fixture.recorded.nextOpened().identity())
          .isEqualTo(new PeerIdentity.Unauthenticated());
      assertThat(fixture.server.connectionCount()).as("one that says nothing is none").isOne();
    }
  }

  private static ClientFixture secured(
      SSLContext context, boolean authenticate, ServerFixture fixture) {
    return ClientFixture.secured(
        TestCertificates.settings(context), authenticate, address(fixture));
  }

  private static String address(ServerFixture fixture) {
    return "localhost:" + fixture.server.address().getPort();
  }

  private void authenticated() {
    AuthManager server = TestKeys.authManager("server");
    server.addTrustedKey(TrustedEntry.of("seq-A", TestKeys.publicKey("client")));
    settings.admission = AdmissionSettings.TRUSTED_ONLY;
    settings.handshake =
        Optional.of(new ServerHandshake(server, settings.admission, InstantSource.system()));
  }

  private static Message block(int size) {
    return Message.newBuilder()
        .setSenderId("x")
        .setBlock(Block.newBuilder().setBlockData(ByteString.copyFrom(new byte[size])))
        .build();
  }
}
