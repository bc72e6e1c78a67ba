package io.rollcall.sequencer.coordination;

import io.rollcall.proto.XtId;
import io.rollcall.scp.SequencerOutcome;
import java.io.IOException;
import java.util.Optional;

/**
 * The XTs that have ended and are no longer in memory: id and outcome of all that are remembered,
 * details of the later ones. Filled from the journal, behind it.
 */
public interface XtArchive {

  /** No archive: what memory has forgotten is gone. */
  XtArchive NONE =
      new XtArchive() {
        @Override
        public Optional<SequencerOutcome> outcome(XtId id) {
          return Optional.empty();
        }

        @Override
        public Optional<XtView> find(XtId id) {
          return Optional.empty();
        }

        @Override
        public long archived() {
          return Long.MAX_VALUE;
        }
      };

  /**
   * The outcome of this XT, if it is remembered. On the coordinator thread: nothing ends meanwhile.
   * Waits while a database is away.
   *
   * @throws IOException when nobody can say, or when interrupted
   */
  Optional<SequencerOutcome> outcome(XtId id) throws IOException;

  /** What is known of this XT; any thread. */
  Optional<XtView> find(XtId id);

  /** Every outcome up to this number is in the archive; any thread. */
  long archived();
}
