package io.rollcall.publisher;

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
                  "ops")));

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
                  "CoordinatorStoppedException",
                  "DecisionLog",
                  "FactListener",
                  "FailureHandler",
                  "InputSink",
                  "MachineLoad",
                  "NanoClock",
                  "PublisherCoordinator",
                  "SendListener",
                  "SequencerGateway",
                  "XtPage",
                  "XtProjection",
                  "XtQuery",
                  "XtState",
                  "XtView")),
          Map.entry("storage", Set.of("MemoryDecisionLog")),
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
                  "PublisherMetrics",
                  "StartReport",
                  "StorageHealthIndicator")),
          Map.entry("config", Set.of("PublisherProperties")));

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
  void theCoordinatorKnowsTheMachineAndNoFramework() {
    noClasses()
        .that()
        .resideInAnyPackage(full("coordination"), full("event"), full("handler"), full("storage"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.springframework..", "io.micrometer..", "io.netty..")
        .check(MAIN);
    noClasses()
        .that()
        .resideInAPackage(full("coordination"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.rollcall.transport..")
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
