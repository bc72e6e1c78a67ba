package io.rollcall.publisher.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.XtId;
import io.rollcall.publisher.coordination.PublisherCoordinator;
import io.rollcall.scp.ChainStatus;
import io.rollcall.service.coordination.NanoClock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The pages that people and scripts know from the public Go SDK v1.0.1's application, under the
 * same paths and with the same keys.
 */
@RestController
public final class SdkController {

  /** The most ids that {@code /stats} lists. */
  private static final int MAX_LISTED = 1_000;

  private static final MediaType PROMETHEUS_TEXT =
      MediaType.parseMediaType("text/plain;version=0.0.4;charset=utf-8");

  private final PublisherFigures figures;
  private final PublisherCoordinator coordinator;
  private final MachineQuestions machine;
  private final NanoClock clock;
  private final AppVersion version;
  private final long startedNanos;

  /** Shows these figures; the uptime counts from now. */
  public SdkController(
      PublisherFigures figures,
      PublisherCoordinator coordinator,
      NanoClock clock,
      AppVersion version) {
    this.figures = figures;
    this.coordinator = coordinator;
    this.machine = new MachineQuestions(coordinator);
    this.clock = clock;
    this.version = version;
    this.startedNanos = clock.nanos();
  }

  /**
   * The body of {@code /health}.
   *
   * @param status always {@code healthy}
   * @param timestamp RFC 3339, UTC, whole seconds
   */
  record HealthPage(String status, String timestamp) {}

  @GetMapping("/health")
  HealthPage health() {
    Instant now = Instant.ofEpochSecond(0, clock.nanos()).truncatedTo(ChronoUnit.SECONDS);
    return new HealthPage("healthy", now.toString());
  }

  /**
   * The body of {@code /ready}, 200 or 503.
   *
   * @param status {@code ready} or {@code not_ready}; follows readiness, not the connections
   * @param connections how many are admitted
   */
  record ReadyPage(String status, int connections) {}

  @GetMapping("/ready")
  ResponseEntity<ReadyPage> ready() {
    boolean ready = figures.isReady();
    return ResponseEntity.status(ready ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
        .body(new ReadyPage(ready ? "ready" : "not_ready", figures.connections()));
  }

  /**
   * The body of {@code /stats}.
   *
   * @param uptimeSeconds since the start
   * @param activeConnections how many are admitted
   * @param messagesProcessed messages that reached their handler
   * @param broadcastsSent messages announced, each once however many heard it
   * @param uniqueChains hex keys of the chains that are known
   * @param chainsCount how many those are
   * @param activeTransactions XTs that are started and undecided
   * @param activeIds the first 1,000 of them
   * @param appVersion of this build, or {@code dev}
   * @param buildTime or {@code unknown}
   * @param gitCommit or {@code unknown}
   */
  record StatsPage(
      @JsonProperty("uptime_seconds") double uptimeSeconds,
      @JsonProperty("active_connections") int activeConnections,
      @JsonProperty("messages_processed") long messagesProcessed,
      @JsonProperty("broadcasts_sent") long broadcastsSent,
      @JsonProperty("unique_chains") List<String> uniqueChains,
      @JsonProperty("chains_count") int chainsCount,
      @JsonProperty("active_2pc_transactions") int activeTransactions,
      @JsonProperty("active_2pc_ids") List<XtHash> activeIds,
      @JsonProperty("app_version") String appVersion,
      @JsonProperty("app_build_time") String buildTime,
      @JsonProperty("app_git_commit") String gitCommit) {}

  /**
   * An XT id as the SDK writes it.
   *
   * @param hash base64
   */
  record XtHash(String hash) {

    static XtHash of(XtId id) {
      return new XtHash(Base64.getEncoder().encodeToString(id.toByteArray()));
    }
  }

  @GetMapping("/stats")
  StatsPage stats() throws TimeoutException, InterruptedException {
    List<String> chains =
        machine.ask(
            state -> state.chains().stream().map(ChainStatus::chain).map(ChainId::hex).toList());
    List<XtHash> open =
        machine.ask(state -> state.open().stream().limit(MAX_LISTED).map(XtHash::of).toList());
    return new StatsPage(
        (double) (clock.nanos() - startedNanos) / TimeUnit.SECONDS.toNanos(1),
        figures.connections(),
        figures.messagesProcessed(),
        figures.broadcastsSent(),
        chains,
        chains.size(),
        coordinator.load().open(),
        open,
        version.version(),
        version.buildTime(),
        version.gitCommit());
  }

  @GetMapping("/metrics")
  ResponseEntity<String> metrics() {
    return figures
        .prometheusText()
        .map(text -> ResponseEntity.ok().contentType(PROMETHEUS_TEXT).body(text))
        .orElseThrow(
            () -> Problems.of(HttpStatus.NOT_FOUND, "the export of metrics is switched off"));
  }
}
