package io.rollcall.sequencer.api;

import io.rollcall.sequencer.coordination.MalformedTransactionException;
import io.rollcall.sequencer.coordination.SubmissionUnavailableException;
import io.rollcall.sequencer.coordination.XtTooLargeException;
import io.rollcall.service.storage.StorageException;
import java.io.UncheckedIOException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Every error as a problem detail (RFC 9457), with what was wrong and what was expected. */
@RestControllerAdvice(assignableTypes = XtController.class)
class ProblemAdvice {

  @ExceptionHandler({BadRequestException.class, MalformedTransactionException.class})
  ProblemDetail badRequest(RuntimeException wrong) {
    return problem(HttpStatus.BAD_REQUEST, wrong);
  }

  @ExceptionHandler({BodyTooLargeException.class, XtTooLargeException.class})
  ProblemDetail tooLarge(RuntimeException wrong) {
    return problem(HttpStatus.CONTENT_TOO_LARGE, wrong);
  }

  @ExceptionHandler
  ProblemDetail unknown(UnknownXtException unknown) {
    return problem(HttpStatus.NOT_FOUND, unknown);
  }

  @ExceptionHandler
  ProblemDetail unavailable(SubmissionUnavailableException unavailable) {
    return problem(HttpStatus.SERVICE_UNAVAILABLE, unavailable);
  }

  /** The projection does not answer: its own log and health say so, and this is no fault here. */
  @ExceptionHandler
  ProblemDetail away(UncheckedIOException failed) {
    if (failed.getCause() instanceof StorageException away) {
      return ProblemDetail.forStatusAndDetail(
          HttpStatus.SERVICE_UNAVAILABLE, String.valueOf(away.getMessage()));
    }
    throw failed;
  }

  private static ProblemDetail problem(HttpStatus status, RuntimeException cause) {
    return ProblemDetail.forStatusAndDetail(status, String.valueOf(cause.getMessage()));
  }
}
