package io.rollcall.transport.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.rollcall.proto.handshake.ServerExtension;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.transport.HandshakePolicy;
import io.rollcall.transport.HandshakeRejectedException;
import io.rollcall.transport.testing.FuzzRuns;
import io.rollcall.transport.testing.PlainText;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a server's two frames can make of a client that speaks v2. */
class ClientExchangeFuzzTests {

  @RegisterExtension static final FuzzRuns RUNS = new FuzzRuns();

  /** A server's text of 256, and what stands around it. */
  private static final int MOST_IN_LOG = 1024;

  /** Two bytes say how long the first frame is; the rest is the second. */
  @FuzzTest(maxDuration = "1m")
  void onlyAServerThatProvesItsKeyGetsThrough(byte[] frames) throws Exception {
    RUNS.one(frames);
    ByteString all = ByteString.copyFrom(frames);
    if (all.size() < 2) {
      return;
    }
    int length = ((all.byteAt(0) & 0xff) << Byte.SIZE) | (all.byteAt(1) & 0xff);
    ByteString rest = all.substring(2);
    ByteString first = rest.substring(0, Math.min(length, rest.size()));
    ByteString second = rest.substring(first.size());

    expectingAKey(first, second);
    expectingNone(first, second);
  }

  @Test
  void theGenuineOneGetsThrough() throws Exception {
    ByteString challenge = V2Genuine.CHALLENGE.toByteString();
    ByteString yes = V2Genuine.YES.toByteString();
    ClientExchange exchange = V2Genuine.client(HandshakePolicy.AUTO);

    assertThat(admits(exchange, challenge, yes)).isTrue();
  }

  private static void expectingAKey(ByteString first, ByteString second) throws Exception {
    ClientExchange exchange = V2Genuine.client(HandshakePolicy.V2, V2Genuine.SERVER_KEY);
    // Its hello has no signature of v1, so the genuine proof is not for it.
    assertThat(admits(exchange, first, second)).isFalse();
  }

  private static void expectingNone(ByteString first, ByteString second) throws Exception {
    if (admits(V2Genuine.client(HandshakePolicy.AUTO), first, second)
        && !HandshakeResponse.parseFrom(first).getAccepted()) {
      assertThat(first).isEqualTo(V2Genuine.CHALLENGE.toByteString());
      assertThat(signature(second)).isEqualTo(signature(V2Genuine.YES.toByteString()));
    }
  }

  private static boolean admits(ClientExchange exchange, ByteString first, ByteString second) {
    exchange.hello();
    try {
      return switch (exchange.judge(first)) {
        case ClientExchange.Step.Done _ -> true;
        case ClientExchange.Step.Verify _ -> throw new AssertionError("nothing to verify yet");
        case ClientExchange.Step.Prove _ -> {
          exchange.proof();
          assertThat(exchange.judge(second)).isEqualTo(new ClientExchange.Step.Verify());
          PlainText.requirePrintable(exchange.verifyServer().label(), PlainText.MOST_TO_A_PEER);
          yield true;
        }
      };
    } catch (HandshakeRejectedException refused) {
      String text = Objects.requireNonNull(refused.getMessage());
      assertThat(text).startsWith("handshake rejected: ");
      PlainText.require(text, MOST_IN_LOG);
    } catch (UnprovenServerException unproven) {
      PlainText.requirePrintable(Objects.requireNonNull(unproven.getMessage()), MOST_IN_LOG);
    }
    return false;
  }

  private static ByteString signature(ByteString yes) throws InvalidProtocolBufferException {
    return ServerExtension.parseFrom(HandshakeResponse.parseFrom(yes).getExtension())
        .getProof()
        .getSignature();
  }
}
