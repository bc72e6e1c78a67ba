package io.rollcall.scp;

import com.google.protobuf.ByteString;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What the machines may know: values and time that is given to them, nothing else. */
class ArchitectureTests {

  private static final String ROOT = "io.rollcall.scp";

  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  @Test
  void machinesKnowNothingButTheWireValues() {
    ArchRuleDefinition.classes()
        .should()
        .onlyDependOnClassesThat(
            DescribedPredicate.or(
                JavaClass.Predicates.resideInAnyPackage(
                    "java.lang..",
                    "java.util",
                    "java.util.function",
                    "java.util.stream",
                    "java.time",
                    "java.math",
                    "io.rollcall.scp",
                    "io.rollcall.proto",
                    "io.rollcall.proto.v1",
                    "org.jspecify.annotations"),
                JavaClass.Predicates.type(ByteString.class)))
        .because("a machine has no I/O and no threads")
        .check(classes);
  }

  @Test
  void machinesHaveNoClockAndNoChance() {
    ArchRuleDefinition.noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.Random")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.UUID")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.lang.Thread")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.time.Clock")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .because("the same inputs at the same times must give the same effects")
        .check(classes);
  }

  @Test
  void packagesHaveNoCycles() {
    SlicesRuleDefinition.slices()
        .matching("io.rollcall.(**)")
        .should()
        .beFreeOfCycles()
        .check(classes);
  }

  @Test
  void everyPackageIsNullMarked() {
    JavaPackage root = new ClassFileImporter().importPackages(ROOT).getPackage(ROOT);
    Assertions.assertThat(
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
    Assertions.assertThat(
            classes.stream()
                .filter(type -> type.isTopLevelClass())
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .map(JavaClass::getSimpleName)
                .collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(
            "ChainStatus",
            "ChainVote",
            "LogRecord",
            "OpenXt",
            "Peer",
            "PendingSubmission",
            "PublisherEffect",
            "PublisherFact",
            "PublisherInput",
            "PublisherMessage",
            "PublisherRules",
            "ScpPublisher",
            "ScpSequencer",
            "SequencerEffect",
            "SequencerFact",
            "SequencerInput",
            "SequencerOutcome",
            "SequencerRecord",
            "SequencerRules",
            "StageResult",
            "VotingRights",
            "XtOutcome");
  }
}
