package io.rollcall.publisher.coordination;

import java.util.List;
import java.util.Optional;

/**
 * A part of a list of XTs, newest first. Immutable, any thread.
 *
 * @param xts what was found
 * @param next the cursor that continues behind the last one; empty when that is the last
 */
public record XtPage(List<XtView> xts, Optional<XtCursor> next) {

  /** Takes a copy. */
  public XtPage {
    xts = List.copyOf(xts);
  }
}
