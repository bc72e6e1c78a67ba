package io.rollcall.service;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.transport.testing.PackageArrows;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ArchitectureTests {

  private static final String ROOT = "io.rollcall.service";

  /** Which package may import which. */
  private static final Map<String, Set<String>> ARROWS =
      Map.of(
          "",
          Set.of(),
          "coordination",
          Set.of(),
          "storage",
          Set.of(),
          "metrics",
          Set.of(),
          "tracing",
          Set.of("coordination"),
          "lifecycle",
          Set.of("coordination", "storage"));

  private static final Map<String, Set<String>> PUBLIC_TYPES =
      Map.of(
          "coordination",
          Set.of(
              "Coordinator",
              "CoordinatorStoppedException",
              "FactListener",
              "FailureHandler",
              "NanoClock",
              "SingleWriter",
              "SyncListener",
              "TraceContexts"),
          "storage",
          Set.of(
              "ArchivedIds",
              "Asking",
              "NumbersByRow",
              "ProjectionTables",
              "Projector",
              "Row",
              "RowLog",
              "RowPosition",
              "Statements",
              "Storage",
              "StorageException",
              "StorageKind",
              "StorageSettings"),
          "metrics",
          Set.of("StorageMeters"),
          "tracing",
          Set.of("Arrivals", "ConditionalOnTracing", "Sync", "TraceParent", "XtSpans"),
          "lifecycle",
          Set.of("CoordinatorLifecycle", "ProcessExit", "ServiceApplication"));

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
  void itKnowsNoService() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.rollcall.scp..", "io.rollcall.transport..", "io.rollcall.publisher..")
        .check(PACKAGES.main());
  }

  @Test
  void theSingleWriterKnowsNoFramework() {
    noClasses()
        .that()
        .resideInAPackage(PACKAGES.full("coordination"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.springframework..", "java.sql..")
        .check(PACKAGES.main());
  }

  @Test
  void onlyTracingKnowsSpans() {
    noClasses()
        .that()
        .resideOutsideOfPackages(PACKAGES.full("tracing"))
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
