package io.rollcall.publisher.coordination;

import io.rollcall.proto.XtId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The decided XTs that are no longer in memory: id and outcome of all that are remembered, details
 * of the later ones. Filled from the decision log, behind the decisions.
 */
public interface XtArchive {

  /** No archive: what memory has forgotten is gone. */
  XtArchive NONE =
      new XtArchive() {
        @Override
        public Optional<XtOutcomeView> outcome(XtId id) {
          return Optional.empty();
        }

        @Override
        public Optional<XtView> find(XtId id) {
          return Optional.empty();
        }

        @Override
        public List<XtView> list(XtQuery query, long below, int limit) {
          return List.of();
        }

        @Override
        public long archived() {
          return Long.MAX_VALUE;
        }
      };

  /**
   * The outcome of this XT, if it is remembered. On the coordinator thread: nothing is decided
   * meanwhile. Waits while a database is away.
   *
   * @throws IOException when nobody can say, or when interrupted
   */
  Optional<XtOutcomeView> outcome(XtId id) throws IOException;

  /** What is known of this XT; any thread. */
  Optional<XtView> find(XtId id);

  /**
   * The latest decided XTs that fit and whose details are kept; any thread.
   *
   * @param query which; its limit and cursor do not count here
   * @param below only those whose decision has a smaller number
   * @param limit at most so many
   */
  List<XtView> list(XtQuery query, long below, int limit);

  /** Every decision up to this number is in the archive; any thread. */
  long archived();

  /**
   * What is left of an XT in the end.
   *
   * @param commit whether it took effect
   * @param reason why not; empty on commit
   */
  record XtOutcomeView(boolean commit, String reason) {}
}
