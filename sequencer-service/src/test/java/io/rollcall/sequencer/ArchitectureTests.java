package io.rollcall.sequencer;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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
                  "ops")));

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
                  "CoordinatorStoppedException",
                  "ExecutionPort",
                  "FactListener",
                  "FailureHandler",
                  "Journal",
                  "MalformedTransactionException",
                  "NanoClock",
                  "PublisherGateway",
                  "RollupNode",
                  "SequencerCoordinator",
                  "SubmissionDesk",
                  "SubmissionUnavailableException",
                  "TransactionReceipt",
                  "TransactionRefusedException",
                  "XtProjection",
                  "XtState",
                  "XtTooLargeException",
                  "XtView")),
          Map.entry("execution.ledger", Set.of("EmbeddedLedger", "Genesis")),
          Map.entry("storage", Set.of("MemoryJournal")),
          Map.entry("outbound", Set.of("TransportPublisherGateway")),
          Map.entry("api", Set.of("XtDocument")),
          Map.entry(
              "ops",
              Set.of(
                  "CommitWithoutVoteEvent",
                  "ConsensusMeters",
                  "CoordinatorHealthIndicator",
                  "ExecutionHealthIndicator",
                  "HttpAddressLog",
                  "StorageHealthIndicator",
                  "XtAlarms")),
          Map.entry("config", Set.of("SequencerProperties")));

  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  static Stream<String> packages() {
    return ARROWS.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("packages")
  void packagesImportOnlyWhatTheArrowsAllow(String name) {
    String[] allowed =
        Stream.concat(Stream.of(name), ARROWS.getOrDefault(name, Set.of()).stream())
            .map(ArchitectureTests::full)
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(full(name))
        .should()
        .dependOnClassesThat(resideInAPackage(ROOT + "..").and(not(resideInAnyPackage(allowed))))
        .check(MAIN);
  }

  @Test
  void everyPackageHasItsArrows() {
    assertThat(
            MAIN.stream()
                .map(JavaClass::getPackageName)
                .distinct()
                .map(ArchitectureTests::shortName))
        .containsExactlyInAnyOrderElementsOf(ARROWS.keySet());
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(MAIN);
  }

  @Test
  void theDomainKnowsNoFrameworkAndNoTransport() {
    noClasses()
        .that()
        .resideInAnyPackage(
            full("coordination"), full("execution.ledger"), full("storage"), full("event"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.springframework..", "io.micrometer..", "io.netty..", "io.rollcall.transport..")
        .check(MAIN);
    noClasses()
        .that()
        .resideInAPackage(full("handler"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.springframework..", "io.micrometer..", "io.netty..")
        .check(MAIN);
  }

  @Test
  void onlyTheRouterListensToTheTransport() {
    noClasses()
        .that()
        .doNotHaveSimpleName("InboundMessageRouter")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.rollcall.transport.event..")
        .check(MAIN);
  }

  @Test
  void everyPackageIsNullMarked() {
    JavaClasses all = new ClassFileImporter().importPackages(ROOT);
    JavaPackage root = all.getPackage(ROOT);
    assertThat(
            Stream.concat(Stream.of(root), root.getSubpackagesInTree().stream())
                .filter(in -> !in.getClasses().isEmpty())
                .filter(in ->
                    in.tryGetPackageInfo()
                        .filter(info -> info.isAnnotatedWith(NullMarked.class))
                        .isEmpty())
                .map(JavaPackage::getName))
        .isEmpty();
  }

  @Test
  void growingTheListOfPublicTypesIsADecision() {
    Map<String, Set<String>> found = new TreeMap<>();
    MAIN.stream()
        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
        .filter(JavaClass::isTopLevelClass)
        .forEach(type ->
            found
                .computeIfAbsent(shortName(type.getPackageName()), _ -> new TreeSet<>())
                .add(type.getSimpleName()));
    assertThat(found).containsExactlyInAnyOrderEntriesOf(PUBLIC_TYPES);
  }

  private static String full(String name) {
    return name.isEmpty() ? ROOT : ROOT + "." + name;
  }

  private static String shortName(String packageName) {
    return packageName.equals(ROOT) ? "" : packageName.substring(ROOT.length() + 1);
  }
}
