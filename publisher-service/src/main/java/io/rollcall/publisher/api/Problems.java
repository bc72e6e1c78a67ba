package io.rollcall.publisher.api;

import io.rollcall.service.storage.StorageException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Every error of the HTTP side as problem detail (RFC 9457). */
@RestControllerAdvice
public final class Problems extends ResponseEntityExceptionHandler {

  private static final Logger log = LoggerFactory.getLogger(Problems.class);

  /** For Spring. */
  public Problems() {}

  static ErrorResponseException badRequest(String detail) {
    return of(HttpStatus.BAD_REQUEST, detail);
  }

  static ErrorResponseException of(HttpStatus status, String detail) {
    return new ErrorResponseException(
        status, ProblemDetail.forStatusAndDetail(status, detail), null);
  }

  @ExceptionHandler(TimeoutException.class)
  ProblemDetail busy(TimeoutException busy) {
    return ProblemDetail.forStatusAndDetail(
        HttpStatus.SERVICE_UNAVAILABLE, "the coordinator did not answer in time");
  }

  /** The projection does not answer: its own log and health say so, and this is no fault here. */
  @ExceptionHandler(UncheckedIOException.class)
  ProblemDetail away(UncheckedIOException failed) {
    if (failed.getCause() instanceof StorageException away) {
      return ProblemDetail.forStatusAndDetail(
          HttpStatus.SERVICE_UNAVAILABLE, String.valueOf(away.getMessage()));
    }
    return unexpected(failed);
  }

  @ExceptionHandler(Exception.class)
  ProblemDetail unexpected(Exception failure) {
    log.error("An HTTP request failed", failure);
    return ProblemDetail.forStatusAndDetail(
        HttpStatus.INTERNAL_SERVER_ERROR, "an error in the publisher; its log says more");
  }
}
