package io.rollcall.transport.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.transport.Compression;
import io.rollcall.transport.HandshakeRejectedException;
import io.rollcall.transport.testing.FixedRandom;
import io.rollcall.transport.testing.FuzzRuns;
import io.rollcall.transport.testing.PlainText;
import io.rollcall.transport.testing.TestKeys;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a server's first frame can make of a client. */
class ServerAnswerFuzzTests {

  @RegisterExtension static final FuzzRuns RUNS = new FuzzRuns();

  /** A server's text of 256, and what stands around it. */
  private static final int MOST_IN_LOG = 1024;

  private final ClientHandshake handshake =
      new ClientHandshake(
          TestKeys.authManager("client"),
          "the-client",
          ClientHandshakeSettings.V1,
          InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000)),
          FixedRandom.MOST);

  @FuzzTest(maxDuration = "1m")
  void onlyAYesIsAYes(byte[] frame) throws InvalidProtocolBufferException {
    RUNS.one(frame);
    ByteString bytes = ByteString.copyFrom(frame);
    try {
      ClientExchange.Step step = handshake.begin(ByteString.EMPTY, Compression.NONE).judge(bytes);
      HandshakeResponse response = HandshakeResponse.parseFrom(bytes);
      assertThat(response.getAccepted()).isTrue();
      assertThat(step).isEqualTo(new ClientExchange.Step.Done());
    } catch (HandshakeRejectedException refused) {
      String text = Objects.requireNonNull(refused.getMessage());
      assertThat(text).startsWith("handshake rejected: ");
      PlainText.require(text, MOST_IN_LOG);
    }
  }
}
