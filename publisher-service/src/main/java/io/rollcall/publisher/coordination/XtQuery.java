package io.rollcall.publisher.coordination;

import io.rollcall.proto.ChainId;
import java.util.List;
import java.util.Optional;

/**
 * Which XTs a list should hold. Immutable, any thread.
 *
 * @param chain only those with this participant
 * @param state only those in this state
 * @param limit at most so many, at least 1
 * @param after only those behind the XT at this {@linkplain XtView#place() place}
 */
public record XtQuery(
    Optional<ChainId> chain, Optional<XtState> state, int limit, Optional<XtCursor> after) {

  /** Checks the limit. */
  public XtQuery {
    if (limit < 1) {
      throw new IllegalArgumentException("limit is " + limit + "; expected at least 1");
    }
  }

  boolean fits(XtState its, List<ChainId> chains) {
    return (state.isEmpty() || state.get() == its)
        && (chain.isEmpty() || chains.contains(chain.get()));
  }
}
