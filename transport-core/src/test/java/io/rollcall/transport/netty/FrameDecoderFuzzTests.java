package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.testing.FuzzRuns;
import io.rollcall.transport.testing.PlainText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whatever bytes come, and however they are cut. */
class FrameDecoderFuzzTests {

  @RegisterExtension static final FuzzRuns RUNS = new FuzzRuns();

  /**
   * What came of the bytes.
   *
   * @param goodbye what the peer was told, where the bytes ended the connection
   */
  private record Outcome(List<ByteString> frames, boolean ended, Optional<Message> goodbye) {}

  /** The first byte says how the others are cut. */
  @FuzzTest(maxDuration = "1m")
  void framesDoNotDependOnHowTheBytesAreCut(byte[] input) throws Exception {
    RUNS.one(input);
    if (input.length == 0) {
      return;
    }
    byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
    Outcome whole = outcome(bytes, List.of(bytes.length), false);
    Outcome cut = outcome(bytes, cuts(bytes.length, input[0]), (input[0] & 1) == 1);

    assertThat(cut).isEqualTo(whole);
    assertThat(whole.ended()).isEqualTo(whole.goodbye().isPresent());
    whole
        .goodbye()
        .ifPresent(message -> {
          String told = message.getDisconnect().getDetails();
          PlainText.requirePrintable(told, PlainText.MOST_TO_A_PEER);
          assertThat(told).isNotEqualTo("internal error");
        });
  }

  private static List<Integer> cuts(int length, byte seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int longest = 1 + (seed & 0x3f);
    List<Integer> cuts = new ArrayList<>();
    for (int at = random.nextInt(longest + 1); at < length; at += 1 + random.nextInt(longest)) {
      cuts.add(at);
    }
    cuts.add(length);
    return cuts;
  }

  private static Outcome outcome(byte[] bytes, List<Integer> cuts, boolean pausing)
      throws Exception {
    List<ByteString> frames = new ArrayList<>();
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      int from = 0;
      for (int to : cuts) {
        if (pausing) {
          embedded.link.pause(Link.Pause.DISPATCH);
        }
        if (embedded.channel.isOpen()) {
          embedded.receive(Arrays.copyOfRange(bytes, from, to));
        }
        if (pausing) {
          embedded.link.resume(Link.Pause.DISPATCH);
        }
        double held = embedded.inbound.utilization() * 2 * EmbeddedLink.MAX_MESSAGE_SIZE;
        assertThat(held).isLessThanOrEqualTo(2.0 * to + 256);
        from = to;
      }
      Optional<ByteString> frame = embedded.nextFrame();
      while (frame.isPresent()) {
        frames.add(frame.get());
        frame = embedded.nextFrame();
      }
      return new Outcome(frames, embedded.link.ended(), embedded.nextSent());
    }
  }
}
