package io.rollcall.sequencer.coordination;

/** An XT that does not fit into one message of the transport. */
public final class XtTooLargeException extends RuntimeException {

  XtTooLargeException(int bytes, int limit) {
    super("the XT has " + bytes + " bytes, at most " + limit + " are allowed");
  }
}
