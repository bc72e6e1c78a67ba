package io.rollcall.publisher;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.transport.testing.PackageArrows;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ArchitectureTests {

  private static final String ROOT = "io.rollcall.publisher";

  /** Which package of the service may import which. */
  private static final Map<String, Set<String>> ARROWS =
      Map.ofEntries(
          Map.entry("", Set.of()),
          Map.entry("event", Set.of()),
          Map.entry("inbound", Set.of("event")),
          Map.entry("handler", Set.of("event", "coordination")),
          Map.entry("coordination", Set.of()),
          Map.entry("storage", Set.of("coordination")),
          Map.entry("outbound", Set.of("coordination")),
          Map.entry("api", Set.of("coordination")),
          Map.entry("ops", Set.of("coordination", "event")),
          Map.entry("tracing", Set.of()),
          Map.entry(
              "config",
              Set.of(
                  "",
                  "event",
                  "inbound",
                  "handler",
                  "coordination",
                  "storage",
                  "outbound",
                  "api",
                  "ops",
                  "tracing")));

  private static final Map<String, Set<String>> PUBLIC_TYPES =
      Map.ofEntries(
          Map.entry("", Set.of("PublisherApplication")),
          Map.entry(
              "event",
              Set.of(
                  "EventHandler",
                  "InboundObserver",
                  "PublisherEvent",
                  "SequencerConnected",
                  "SequencerLost",
                  "UnroutedReceived",
                  "VoteReceived",
                  "XtRequestReceived")),
          Map.entry("inbound", Set.of("InboundHandlers", "InboundMessageRouter")),
          Map.entry(
              "handler",
              Set.of(
                  "SequencerConnectedHandler",
                  "SequencerLostHandler",
                  "UnroutedHandler",
                  "VoteHandler",
                  "VotingPolicy",
                  "XtRequestHandler")),
          Map.entry(
              "coordination",
              Set.of(
                  "DecisionLog",
                  "InputSink",
                  "MachineLoad",
                  "PublisherCoordinator",
                  "SendListener",
                  "SequencerGateway",
                  "XtArchive",
                  "XtCursor",
                  "XtPage",
                  "XtProjection",
                  "XtQuery",
                  "XtState",
                  "XtView")),
          Map.entry(
              "storage",
              Set.of(
                  "DurableDecisionLog", "JdbcXtArchive", "MemoryDecisionLog", "PublisherTables")),
          Map.entry("outbound", Set.of("TransportSequencerGateway")),
          Map.entry(
              "api",
              Set.of(
                  "AppVersion",
                  "ChainController",
                  "Problems",
                  "PublisherFigures",
                  "SdkController",
                  "XtController")),
          Map.entry(
              "ops",
              Set.of(
                  "ConsensusMeters",
                  "CoordinatorHealthIndicator",
                  "FactLog",
                  "IdentityMismatchEvent",
                  "InboundReporter",
                  "MeteredDecisionLog",
                  "OpenXtsEndpoint",
                  "PublisherMetrics",
                  "StartReport",
                  "StorageHealthIndicator")),
          Map.entry("tracing", Set.of("PublisherTracing")),
          Map.entry("config", Set.of("PublisherProperties")));

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
  void theCoordinatorKnowsTheMachineAndNoFramework() {
    noClasses()
        .that()
        .resideInAnyPackage(
            PACKAGES.full("coordination"),
            PACKAGES.full("event"),
            PACKAGES.full("handler"),
            PACKAGES.full("storage"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.springframework..", "io.micrometer..", "io.netty..")
        .check(PACKAGES.main());
    noClasses()
        .that()
        .resideInAPackage(PACKAGES.full("coordination"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.rollcall.transport..")
        .check(PACKAGES.main());
  }

  @Test
  void onlyTheRouterListensToTheTransport() {
    noClasses()
        .that()
        .doNotHaveSimpleName("InboundMessageRouter")
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.rollcall.transport.event..").and(simpleNameEndingWith("Event")))
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
