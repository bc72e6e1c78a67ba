package io.rollcall.sequencer.api;

import io.rollcall.proto.XtId;

/** Nobody asked this sequencer to run that XT, or it was long ago. */
final class UnknownXtException extends RuntimeException {

  UnknownXtException(XtId id) {
    super("XT " + id + " was neither submitted nor started here, or is forgotten");
  }
}
