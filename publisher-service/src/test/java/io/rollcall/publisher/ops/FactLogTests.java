package io.rollcall.publisher.ops;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.XtId;
import io.rollcall.scp.ChainVote;
import io.rollcall.scp.LogRecord;
import io.rollcall.scp.PublisherFact;
import io.rollcall.scp.XtOutcome;
import io.rollcall.transport.logging.LogQuota;
import io.rollcall.transport.testing.LogCapture;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class FactLogTests {

  private static final XtId ID = XtId.parse("ab".repeat(32));

  private long now;
  private final FactLog log = new FactLog(() -> now);

  @Test
  void oneLineSaysWhatBecameOfAnXt() {
    try (LogCapture lines = LogCapture.of(FactLog.class)) {
      log.observed(List.of(finished(XtOutcome.ABORTED, "chain 2 voted no: broke")));

      assertThat(lines.lines(Level.INFO))
          .containsExactly(
              "XT "
                  + ID.hex()
                  + " aborted: chain 2 voted no: broke (1 yes, 2 no), waited 2.0 ms,"
                  + " voting took 3.0 ms");
    }
  }

  @Test
  void aFloodOfCommitsIsKeptBackAndHidesNoAbort() {
    try (LogCapture lines = LogCapture.of(FactLog.class)) {
      for (int i = 0; i < 1_000; i++) {
        log.observed(List.of(finished(XtOutcome.COMMITTED, "")));
      }
      log.observed(List.of(finished(XtOutcome.ABORTED, "no")));
      assertThat(lines.lines(Level.INFO)).hasSize(FactLog.MOST_OUTCOMES + 1);
      assertThat(lines.lines(Level.DEBUG)).hasSize(1_000 - FactLog.MOST_OUTCOMES);

      now += LogQuota.WINDOW_NANOS;
      log.observed(List.of(finished(XtOutcome.COMMITTED, "")));
      assertThat(lines.lines(Level.INFO).getLast()).endsWith("; 900 more like it were kept back");
    }
  }

  private static PublisherFact finished(XtOutcome outcome, String reason) {
    ChainVote.Answer second =
        outcome == XtOutcome.COMMITTED ? ChainVote.Answer.YES : ChainVote.Answer.NO;
    return new PublisherFact.Finished(
        new LogRecord.Decided(
            1,
            ID,
            outcome,
            reason,
            "alpha",
            List.of(vote(1, ChainVote.Answer.YES), vote(2, second)),
            1_000_000,
            OptionalLong.of(3_000_000),
            6_000_000),
        false);
  }

  private static ChainVote vote(long chain, ChainVote.Answer answer) {
    return new ChainVote(ChainId.of(chain), answer, "", OptionalLong.of(1));
  }
}
