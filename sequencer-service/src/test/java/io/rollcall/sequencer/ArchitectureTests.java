package io.rollcall.sequencer;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What may know what. Whoever changes a rule here says why in docs/decisions. */
class ArchitectureTests {

  private static final String ROOT = "io.rollcall.sequencer";

  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  @Test
  void importsFollowTheArrows() {
    layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage(ROOT + "..")
        .layer("config")
        .definedBy(ROOT + ".config")
        .layer("inbound")
        .definedBy(ROOT + ".inbound")
        .layer("event")
        .definedBy(ROOT + ".event")
        .layer("handler")
        .definedBy(ROOT + ".handler")
        .layer("coordination")
        .definedBy(ROOT + ".coordination")
        .layer("execution")
        .definedBy(ROOT + ".execution..")
        .layer("storage")
        .definedBy(ROOT + ".storage")
        .layer("outbound")
        .definedBy(ROOT + ".outbound")
        .layer("api")
        .definedBy(ROOT + ".api")
        .layer("rpc")
        .definedBy(ROOT + ".rpc")
        .layer("ops")
        .definedBy(ROOT + ".ops")
        .whereLayer("config")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("inbound")
        .mayOnlyBeAccessedByLayers("config")
        .whereLayer("handler")
        .mayOnlyBeAccessedByLayers("config")
        .whereLayer("event")
        .mayOnlyBeAccessedByLayers("inbound", "handler", "ops", "config")
        .whereLayer("coordination")
        .mayOnlyBeAccessedByLayers(
            "handler", "execution", "storage", "outbound", "api", "rpc", "ops", "config")
        .whereLayer("execution")
        .mayOnlyBeAccessedByLayers("config")
        .whereLayer("storage")
        .mayOnlyBeAccessedByLayers("config")
        .whereLayer("outbound")
        .mayOnlyBeAccessedByLayers("config")
        .whereLayer("rpc")
        .mayNotBeAccessedByAnyLayer()
        // The one JSON form of an XT, for both doors.
        .whereLayer("api")
        .mayOnlyBeAccessedByLayers("rpc")
        .whereLayer("ops")
        .mayOnlyBeAccessedByLayers("config")
        .check(classes);
  }

  @Test
  void thereIsNoCycle() {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(classes);
  }

  @Test
  void theDomainKnowsNoSpringAndNoTransport() {
    ArchRuleDefinition.noClasses()
        .that()
        .resideInAnyPackage(
            ROOT + ".coordination", ROOT + ".execution..", ROOT + ".storage", ROOT + ".event")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.springframework..", "io.rollcall.transport..", "io.micrometer..")
        .check(classes);
  }

  @Test
  void growingTheListOfPublicTypesIsADecision() {
    assertThat(
            classes.stream()
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .filter(JavaClass::isTopLevelClass)
                .map(type -> type.getName().substring(ROOT.length() + 1))
                .collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(
            "SequencerApplication",
            "api.XtDocument",
            "config.SequencerProperties",
            "coordination.Address",
            "coordination.CoordinatorStoppedException",
            "coordination.ExecutionPort",
            "coordination.FactListener",
            "coordination.FailureHandler",
            "coordination.Journal",
            "coordination.MalformedTransactionException",
            "coordination.NanoClock",
            "coordination.PublisherGateway",
            "coordination.RollupNode",
            "coordination.SequencerCoordinator",
            "coordination.SubmissionDesk",
            "coordination.SubmissionUnavailableException",
            "coordination.TransactionReceipt",
            "coordination.TransactionRefusedException",
            "coordination.XtProjection",
            "coordination.XtState",
            "coordination.XtTooLargeException",
            "coordination.XtView",
            "event.DecisionAnnounced",
            "event.EventHandler",
            "event.InboundObserver",
            "event.PublisherConnected",
            "event.PublisherLost",
            "event.SequencerEvent",
            "event.UnroutedReceived",
            "event.XtAnnounced",
            "execution.ledger.EmbeddedLedger",
            "execution.ledger.Genesis",
            "handler.DecisionAnnouncedHandler",
            "handler.PublisherConnectedHandler",
            "handler.PublisherLostHandler",
            "handler.UnroutedHandler",
            "handler.XtAnnouncedHandler",
            "inbound.InboundHandlers",
            "inbound.InboundMessageRouter",
            "ops.CommitWithoutVoteEvent",
            "ops.ConsensusMeters",
            "ops.CoordinatorHealthIndicator",
            "ops.ExecutionHealthIndicator",
            "ops.HttpAddressLog",
            "ops.StorageHealthIndicator",
            "ops.XtAlarms",
            "outbound.TransportPublisherGateway",
            "storage.MemoryJournal");
  }
}
