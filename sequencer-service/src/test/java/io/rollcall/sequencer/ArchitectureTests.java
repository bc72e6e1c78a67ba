package io.rollcall.sequencer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.transport.testing.PackageArrows;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ArchitectureTests {

  private static final String ROOT = "io.rollcall.sequencer";

  /** Which package of the service may import which. */
  private static final Map<String, Set<String>> ARROWS =
      Map.ofEntries(
          Map.entry("", Set.of()),
          Map.entry("event", Set.of()),
          Map.entry("inbound", Set.of("event")),
          Map.entry("handler", Set.of("event", "coordination")),
          Map.entry("coordination", Set.of()),
          Map.entry("execution.ledger", Set.of("coordination")),
          Map.entry("storage", Set.of("coordination")),
          Map.entry("outbound", Set.of("coordination")),
          Map.entry("api", Set.of("coordination")),
          // The one JSON form of an XT, for both doors.
          Map.entry("rpc", Set.of("coordination", "api")),
          Map.entry("ops", Set.of("coordination", "event")),
          Map.entry("tracing", Set.of("coordination")),
          Map.entry(
              "config",
              Set.of(
                  "event",
                  "inbound",
                  "handler",
                  "coordination",
                  "execution.ledger",
                  "storage",
                  "outbound",
                  "api",
                  "rpc",
                  "ops",
                  "tracing")));

  private static final Map<String, Set<String>> PUBLIC_TYPES =
      Map.ofEntries(
          Map.entry("", Set.of("SequencerApplication")),
          Map.entry(
              "event",
              Set.of(
                  "DecisionAnnounced",
                  "EventHandler",
                  "InboundObserver",
                  "PublisherConnected",
                  "PublisherLost",
                  "SequencerEvent",
                  "UnroutedReceived",
                  "XtAnnounced")),
          Map.entry("inbound", Set.of("InboundHandlers", "InboundMessageRouter")),
          Map.entry(
              "handler",
              Set.of(
                  "DecisionAnnouncedHandler",
                  "PublisherConnectedHandler",
                  "PublisherLostHandler",
                  "UnroutedHandler",
                  "XtAnnouncedHandler")),
          Map.entry(
              "coordination",
              Set.of(
                  "Address",
                  "ExecutionPort",
                  "InputSink",
                  "Journal",
                  "JournalEntry",
                  "LedgerState",
                  "PlainTransaction",
                  "XtArchive",
                  "MalformedTransactionException",
                  "PublisherGateway",
                  "RollupNode",
                  "SequencerCoordinator",
                  "SubmissionDesk",
                  "SubmissionListener",
                  "SubmissionUnavailableException",
                  "TransactionReceipt",
                  "TransactionRefusedException",
                  "XtProjection",
                  "XtState",
                  "XtTooLargeException",
                  "XtView")),
          Map.entry("execution.ledger", Set.of("EmbeddedLedger", "Genesis")),
          Map.entry(
              "storage",
              Set.of("DurableJournal", "JdbcXtArchive", "MemoryJournal", "SequencerTables")),
          Map.entry("outbound", Set.of("TransportPublisherGateway")),
          Map.entry("api", Set.of("XtDocument")),
          Map.entry("tracing", Set.of("SequencerTracing")),
          Map.entry(
              "ops",
              Set.of(
                  "CommitWithoutVoteEvent",
                  "ConsensusMeters",
                  "CoordinatorHealthIndicator",
                  "DoubtEndpoint",
                  "MeteredJournal",
                  "ExecutionHealthIndicator",
                  "HttpAddressLog",
                  "OpenXtsEndpoint",
                  "OutcomeLog",
                  "StorageHealthIndicator",
                  "XtAlarms")),
          Map.entry("config", Set.of("SequencerProperties")));

  private static final PackageArrows PACKAGES = new PackageArrows(ROOT, ARROWS);

  @Test
  void packagesImportOnlyWhatTheArrowsAllow() {
    PACKAGES.check();
  }

  @Test
  void packagesHaveNoCycles() {
    PACKAGES.checkCycles();
  }

  @Test
  void theDomainKnowsNoFrameworkAndNoTransport() {
    noClasses()
        .that()
        .resideInAnyPackage(
            PACKAGES.full("coordination"),
            PACKAGES.full("execution.ledger"),
            PACKAGES.full("storage"),
            PACKAGES.full("event"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.springframework..", "io.micrometer..", "io.netty..", "io.rollcall.transport..")
        .check(PACKAGES.main());
    noClasses()
        .that()
        .resideInAPackage(PACKAGES.full("handler"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.springframework..", "io.micrometer..", "io.netty..")
        .check(PACKAGES.main());
  }

  @Test
  void onlyTheRouterListensToTheTransport() {
    noClasses()
        .that()
        .doNotHaveSimpleName("InboundMessageRouter")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.rollcall.transport.event..")
        .check(PACKAGES.main());
  }

  @Test
  void onlyTracingKnowsSpans() {
    noClasses()
        .that()
        .resideOutsideOfPackages(PACKAGES.full("tracing"), PACKAGES.full("config"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.micrometer.tracing..", "io.opentelemetry..")
        .check(PACKAGES.main());
  }

  @Test
  void everyPackageIsNullMarked() {
    PACKAGES.checkNullMarked();
  }

  @Test
  void growingTheListOfPublicTypesIsADecision() {
    assertThat(PACKAGES.publicTypes()).containsExactlyInAnyOrderEntriesOf(PUBLIC_TYPES);
  }
}
