package io.rollcall.sequencer.api;

/** A request body above the bound; the rest of it was not read. */
final class BodyTooLargeException extends RuntimeException {

  BodyTooLargeException() {
    super("the body has more than " + XtController.MAX_BODY_BYTES + " bytes");
  }
}
