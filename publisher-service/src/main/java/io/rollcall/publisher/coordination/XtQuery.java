package io.rollcall.publisher.coordination;

import io.rollcall.proto.ChainId;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which XTs a list should hold. Immutable, any thread.
 *
 * @param chain only those with this participant
 * @param state only those in this state
 * @param limit at most so many, at least 1
 * @param after only those older than the XT with this {@linkplain XtView#sequence() sequence
 *     number}
 */
public record XtQuery(
    Optional<ChainId> chain, Optional<XtState> state, int limit, OptionalLong after) {

  /** Checks the limit. */
  public XtQuery {
    if (limit < 1) {
      throw new IllegalArgumentException("limit is " + limit + "; expected at least 1");
    }
  }
}
