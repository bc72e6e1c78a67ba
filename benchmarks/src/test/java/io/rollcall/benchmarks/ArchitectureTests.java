package io.rollcall.benchmarks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    packages = "io.rollcall.benchmarks",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

  @ArchTest
  static final ArchRule packagesFormNoCycle =
      slices().matching("io.rollcall.benchmarks.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule theGeneratorSpeaksOnlyBytesOnASocket =
      noClasses()
          .that()
          .resideInAPackage("..benchmarks.load..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.rollcall.transport.netty..", "io.rollcall.transport.codec..");

  @ArchTest
  static final ArchRule resultsKnowNothingOfWhatIsMeasured =
      noClasses()
          .that()
          .resideInAPackage("..benchmarks.result..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.netty..", "io.grpc..", "io.rollcall.transport..");
}
