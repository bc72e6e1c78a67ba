package io.rollcall.publisher.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an operator must read at every start: where the publisher listens, and every choice of
 * configuration that gives something away (that authentication is off, the transport says itself).
 * Runs once, on the start-up thread.
 *
 * @param unboundIdentities trusted identities without chains, sorted
 * @param durable whether decisions outlive the process
 * @param rememberedAtMost how many finished XTs are remembered, when the heap is too small for as
 *     many as configured
 */
public record StartReport(
    List<String> unboundIdentities, boolean durable, OptionalInt rememberedAtMost) {

  private static final Logger log = LoggerFactory.getLogger(StartReport.class);

  /** Takes a copy. */
  public StartReport {
    unboundIdentities = List.copyOf(unboundIdentities);
  }

  /** Says what is dangerous about the configuration. */
  public void warn() {
    warnings().forEach(log::warn);
  }

  /** Says where it listens, with the real ports. */
  public void ready(String transportAddress, String httpPort) {
    log.info(
        "Publisher is ready: transport listening on {}, HTTP on port {}",
        transportAddress,
        httpPort);
  }

  List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (!durable) {
      warnings.add(
          "State is in memory (publisher.storage.url=memory): a restart forgets every XT and every"
              + " decision");
    }
    rememberedAtMost.ifPresent(count ->
        warnings.add(
            "publisher.retention.count is more than this heap holds: only the last "
                + count
                + " finished XTs are remembered; give the process more memory (-Xmx)"));
    if (!unboundIdentities.isEmpty()) {
      warnings.add(
          "Trusted without chain-ids, so they may vote for every chain that nobody is bound to: "
              + String.join(", ", unboundIdentities));
    }
    return warnings;
  }
}
