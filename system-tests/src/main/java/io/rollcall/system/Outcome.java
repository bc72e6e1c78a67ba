package io.rollcall.system;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * What a service says about an XT.
 *
 * @param state one word
 * @param reason why it is not committed; empty if it is
 * @param votes each chain and its vote, for people
 */
record Outcome(String state, String reason, List<String> votes) {

  private static final Set<String> ENDS =
      Set.of("committed", "aborted", "expired", "refused", "in doubt");

  /** Asks until the XT has ended there. */
  static Outcome await(HttpApi service, String id, Duration limit) {
    String path = "/v1/xts/" + id;
    Waiting.until(
        "the end of XT " + id,
        limit,
        () -> service.status(path) == 200 && ENDS.contains(of(service, path).state));
    return of(service, path);
  }

  private static Outcome of(HttpApi service, String path) {
    JsonNode xt = service.json(path);
    return new Outcome(
        xt.path("state").asString(""),
        xt.path("reason").asString(""),
        StreamSupport.stream(xt.path("chains").spliterator(), false)
            .map(chain ->
                chain.path("chainId").asString("") + " " + chain.path("vote").asString("-"))
            .collect(Collectors.toList()));
  }
}
