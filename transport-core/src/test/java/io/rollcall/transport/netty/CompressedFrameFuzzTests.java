package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.transport.Compression;
import io.rollcall.transport.CompressionSettings;
import io.rollcall.transport.compression.ZstdCodec;
import io.rollcall.transport.testing.FuzzRuns;
import io.rollcall.transport.testing.PlainText;
import io.rollcall.transport.testing.RawSocketPeer;
import java.util.Optional;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whatever comes as a compressed message. */
class CompressedFrameFuzzTests {

  @RegisterExtension static final FuzzRuns RUNS = new FuzzRuns();

  private static final CompressionSettings ZSTD = new CompressionSettings(Compression.ZSTD, 64);

  @FuzzTest(maxDuration = "1m")
  void aFrameIsABoundedMessageOrEndsItsConnection(byte[] body) throws Exception {
    RUNS.one(body);
    if (body.length == 0) {
      return;
    }
    try (EmbeddedLink embedded = new EmbeddedLink(ZSTD)) {
      embedded.link.agree(Compression.ZSTD);
      byte[] frame = RawSocketPeer.frame(ByteString.copyFrom(body));
      frame[0] |= (byte) 0x80;
      embedded.receive(frame);

      assertThat(embedded.inbound.utilization()).isZero();
      Optional<ByteString> message = embedded.nextFrame();
      assertThat(embedded.link.ended()).isEqualTo(message.isEmpty());
      if (message.isPresent()) {
        assertThat(message.get().size())
            .isGreaterThan(body.length)
            .isLessThanOrEqualTo(EmbeddedLink.MAX_MESSAGE_SIZE)
            .isLessThanOrEqualTo(ZstdCodec.MOST_TIMES * body.length);
      } else {
        DisconnectMessage goodbye = embedded.nextSent().orElseThrow().getDisconnect();
        assertThat(goodbye.getReason()).isEqualTo(DisconnectMessage.Reason.PROTOCOL_ERROR);
        PlainText.requirePrintable(goodbye.getDetails(), PlainText.MOST_TO_A_PEER);
      }
    }
  }
}
