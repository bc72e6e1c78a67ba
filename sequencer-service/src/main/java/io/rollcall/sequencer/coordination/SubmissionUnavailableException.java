package io.rollcall.sequencer.coordination;

/** A submission cannot be taken now; the message says why. Trying again later may help. */
public final class SubmissionUnavailableException extends RuntimeException {

  SubmissionUnavailableException(String reason) {
    super(reason);
  }
}
