package io.rollcall.sequencer.api;

/** What came over HTTP is not what was expected; the message says both. */
final class BadRequestException extends RuntimeException {

  BadRequestException(String detail) {
    super(detail);
  }
}
