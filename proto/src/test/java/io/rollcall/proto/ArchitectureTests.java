package io.rollcall.proto;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.stream.Collectors;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class ArchitectureTests {

  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.rollcall.proto");

  @Test
  void growingTheListOfPublicTypesIsADecision() {
    Assertions.assertThat(
            classes.stream()
                .filter(type -> type.getPackageName().equals("io.rollcall.proto"))
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .map(type -> type.getSimpleName())
                .collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(
            "ChainId", "CrossChainTransaction", "InvalidXtException", "XtId");
  }
}
