package io.rollcall.scp.simulation;

import io.rollcall.proto.XtId;
import org.jspecify.annotations.Nullable;

/** A promise that was broken in a run. */
final class Violation extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final transient @Nullable XtId id;

  Violation(@Nullable XtId id, String what) {
    super(what);
    this.id = id;
  }

  /** The XT it was broken for, if it was one. */
  @Nullable XtId id() {
    return id;
  }
}
