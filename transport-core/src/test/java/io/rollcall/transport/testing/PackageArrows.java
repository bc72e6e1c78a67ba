package io.rollcall.transport.testing;

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
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/**
 * The packages of one module and which of them may import which. Its checks throw an {@link
 * AssertionError} that names the classes. Immutable, any thread; needs ArchUnit.
 */
public final class PackageArrows {

  private final String root;
  private final Map<String, Set<String>> arrows;
  private final JavaClasses main;

  /**
   * Reads the module's classes.
   *
   * @param root the module's package
   * @param arrows for each package below it what it may import; by names without the root, which
   *     itself is the empty name
   */
  public PackageArrows(String root, Map<String, Set<String>> arrows) {
    this.root = root;
    this.arrows = Map.copyOf(arrows);
    this.main =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(root);
  }

  /** The module's own classes, without tests: for further rules. */
  public JavaClasses main() {
    return main;
  }

  /** The package of this name, in full. */
  public String full(String name) {
    return name.isEmpty() ? root : root + "." + name;
  }

  /** No package imports what its arrows do not allow, and each package has its arrows. */
  public void check() {
    assertThat(main.stream().map(JavaClass::getPackageName).distinct().map(this::shortName))
        .containsExactlyInAnyOrderElementsOf(arrows.keySet());
    arrows.forEach((name, allowed) -> {
      String[] mayImport =
          Stream.concat(Stream.of(name), allowed.stream()).map(this::full).toArray(String[]::new);
      noClasses()
          .that()
          .resideInAPackage(full(name))
          .should()
          .dependOnClassesThat(
              resideInAPackage(root + "..").and(not(resideInAnyPackage(mayImport))))
          .check(main);
    });
  }

  /** No two packages know each other, not even round about. */
  public void checkCycles() {
    slices().matching(root + ".(*)..").should().beFreeOfCycles().check(main);
  }

  /** Every package is null-marked, those of tests too. */
  public void checkNullMarked() {
    JavaPackage top = new ClassFileImporter().importPackages(root).getPackage(root);
    assertThat(
            Stream.concat(Stream.of(top), top.getSubpackagesInTree().stream())
                .filter(in -> !in.getClasses().isEmpty())
                .filter(in ->
                    in.tryGetPackageInfo()
                        .filter(info -> info.isAnnotatedWith(NullMarked.class))
                        .isEmpty())
                .map(JavaPackage::getName))
        .isEmpty();
  }

  /** The public top-level types of each package that has any. */
  public SortedMap<String, Set<String>> publicTypes() {
    SortedMap<String, Set<String>> found = new TreeMap<>();
    main.stream()
        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
        .filter(JavaClass::isTopLevelClass)
        .forEach(type ->
            found
                .computeIfAbsent(shortName(type.getPackageName()), _ -> new TreeSet<>())
                .add(type.getSimpleName()));
    return found;
  }

  private String shortName(String packageName) {
    return packageName.equals(root) ? "" : packageName.substring(root.length() + 1);
  }
}
