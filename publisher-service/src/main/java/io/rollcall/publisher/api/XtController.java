package io.rollcall.publisher.api;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.XtId;
import io.rollcall.publisher.coordination.XtCursor;
import io.rollcall.publisher.coordination.XtProjection;
import io.rollcall.publisher.coordination.XtQuery;
import io.rollcall.publisher.coordination.XtState;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * XTs over HTTP: one by id, or a list. What is asked wrongly is answered 400, an XT that is not
 * known (any more) 404, both as problem detail.
 */
@RestController
@RequestMapping("/v1/xts")
public final class XtController {

  private static final int MAX_LIMIT = 500;

  private final XtProjection xts;

  /** Answers from this projection. */
  public XtController(XtProjection xts) {
    this.xts = xts;
  }

  @GetMapping("/{id}")
  XtResource xt(@PathVariable String id) {
    XtId parsed;
    try {
      parsed = XtId.parse(id);
    } catch (IllegalArgumentException malformed) {
      throw Problems.badRequest("id is '" + id + "'; expected 64 hex digits, 0x is accepted");
    }
    return xts.find(parsed)
        .map(XtResource::of)
        .orElseThrow(() -> Problems.of(HttpStatus.NOT_FOUND, "no XT " + parsed + " is known here"));
  }

  @GetMapping
  XtListResource list(
      @RequestParam Optional<String> chain,
      @RequestParam Optional<String> state,
      @RequestParam(defaultValue = "50") String limit,
      @RequestParam Optional<String> after) {
    return XtListResource.of(
        xts.list(
            new XtQuery(
                chain.map(XtController::chain),
                state.map(XtController::state),
                limit(limit),
                after.map(XtController::after))));
  }

  private static ChainId chain(String text) {
    try {
      return ChainId.parse(text);
    } catch (IllegalArgumentException malformed) {
      throw Problems.badRequest(
          "chain is '" + text + "'; expected a positive decimal number, or 0x and hex digits");
    }
  }

  private static XtState state(String text) {
    return Arrays.stream(XtState.values())
        .filter(state -> state.word().equals(text))
        .findFirst()
        .orElseThrow(() ->
            Problems.badRequest(
                "state is '"
                    + text
                    + "'; expected one of "
                    + Arrays.stream(XtState.values())
                        .map(XtState::word)
                        .collect(Collectors.joining(", "))));
  }

  private static int limit(String text) {
    try {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= MAX_LIMIT) {
        return limit;
      }
    } catch (NumberFormatException malformed) {
      // Answered below, like a number that is out of range.
    }
    throw Problems.badRequest("limit is '" + text + "'; expected 1 to " + MAX_LIMIT);
  }

  private static XtCursor after(String text) {
    try {
      return XtCursor.parse(text);
    } catch (IllegalArgumentException malformed) {
      throw Problems.badRequest("after is '" + text + "'; expected the next of an earlier answer");
    }
  }
}
