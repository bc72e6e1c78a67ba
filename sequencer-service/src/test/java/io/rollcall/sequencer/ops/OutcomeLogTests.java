package io.rollcall.sequencer.ops;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.XtId;
import io.rollcall.scp.SequencerFact;
import io.rollcall.scp.SequencerOutcome;
import io.rollcall.transport.testing.LogCapture;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class OutcomeLogTests {

  private static final XtId ID = XtId.parse("ab".repeat(32));

  private final OutcomeLog log = new OutcomeLog(ChainId.of(7), () -> 0);

  @Test
  void oneLineSaysWhatBecameOfAnXtHere() {
    try (LogCapture lines = LogCapture.of(OutcomeLog.class)) {
      log.observed(List.of(finished(true, ""), finished(false, "chain 8 did not vote")));

      assertThat(lines.lines(Level.INFO))
          .containsExactly(
              "XT " + ID.hex() + " committed on chain 7, applied here, after 4.0 ms",
              "XT "
                  + ID.hex()
                  + " aborted: chain 8 did not vote on chain 7, not applied here, after 4.0 ms");
    }
  }

  @Test
  void aFloodIsKeptBack() {
    try (LogCapture lines = LogCapture.of(OutcomeLog.class)) {
      for (int i = 0; i < 1_000; i++) {
        log.observed(List.of(finished(true, "")));
      }
      assertThat(lines.lines(Level.INFO)).hasSize(OutcomeLog.MOST_OUTCOMES);
    }
  }

  private static SequencerFact finished(boolean committed, String reason) {
    return new SequencerFact.Finished(
        1,
        new SequencerOutcome(
            ID,
            committed,
            committed,
            reason,
            Optional.empty(),
            OptionalLong.empty(),
            OptionalLong.of(1_000_000),
            OptionalLong.of(2_000_000),
            5_000_000));
  }
}
