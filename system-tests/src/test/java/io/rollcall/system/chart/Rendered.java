package io.rollcall.system.chart;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.Yaml;

/** What the chart makes of a set of values. */
record Rendered(String text, List<Map<String, Object>> manifests) {

  static final Path CHART = Path.of("../helm/rollcall");

  /** What the annotation of hooks is called in what is rendered: the library leaves hooks out. */
  static final String HOOK = "shown.example.com/hook";

  private static final Path VALUES = Path.of("src/test/resources/chart");

  /** The names of all sets of values. */
  static List<String> sets() {
    try (var files = Files.list(VALUES)) {
      return files.map(file -> file.getFileName().toString().replace(".yml", "")).sorted().toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  static Path file(String set) {
    return VALUES.resolve(set + ".yml");
  }

  /** Renders a set of values as release {@code xt} in namespace {@code rollups}. */
  static Rendered of(String set) {
    return of(command().withValuesFile(file(set)));
  }

  /** For values of one's own. */
  static TemplateCommand command() {
    try {
      Path copy = Files.createTempDirectory("chart").resolve("rollcall");
      try (var files = Files.walk(CHART)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Path target = copy.resolve(CHART.relativize(file).toString());
          Files.createDirectories(target.getParent());
          Files.writeString(target, Files.readString(file).replace("helm.sh/hook", HOOK));
        }
      }
      return new Helm(copy).template();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  static Rendered of(TemplateCommand command) {
    String text = command.withName("xt").withNamespace("rollups").withKubeVersion("1.33.0").call();
    List<Map<String, Object>> manifests = new ArrayList<>();
    for (Object document : new Yaml().loadAll(text)) {
      if (document != null) {
        manifests.add(map(document));
      }
    }
    return new Rendered(text, List.copyOf(manifests));
  }

  List<String> names(String kind) {
    return manifests.stream()
        .filter(manifest -> kind.equals(manifest.get("kind")))
        .map(manifest -> String.valueOf(at(manifest, "metadata", "name")))
        .toList();
  }

  /** Kind and name of each manifest. */
  List<String> identities() {
    return manifests.stream()
        .map(manifest -> manifest.get("kind") + "/" + at(manifest, "metadata", "name"))
        .toList();
  }

  /** One part of such a file, for people. */
  String setting(String name, String file, String part) {
    return String.valueOf(config(name, file).get(part));
  }

  /** What stands at a path of one manifest; numbers are places in a list. */
  Object at(String kind, String name, Object... path) {
    return manifests.stream()
        .filter(manifest ->
            kind.equals(manifest.get("kind")) && name.equals(at(manifest, "metadata", "name")))
        .findFirst()
        .flatMap(manifest -> Optional.ofNullable(at(manifest, path)))
        .orElseThrow(() ->
            new AssertionError(
                "no %s %s with %s in%n%s".formatted(kind, name, List.of(path), text)));
  }

  /** A file of one service's ConfigMap, as YAML. */
  Map<String, Object> config(String name, String file) {
    return map(new Yaml().load(String.valueOf(at("ConfigMap", name, "data", file))));
  }

  @SuppressWarnings("NullAway") // Null is an answer here.
  private static Object at(Object from, Object... path) {
    Object here = from;
    for (Object step : path) {
      if (here instanceof Map<?, ?> map) {
        here = map.get(step);
      } else if (here instanceof List<?> list && step instanceof Integer index) {
        here = index < list.size() ? list.get(index) : null;
      } else {
        return null;
      }
    }
    return here;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object yaml) {
    return (Map<String, Object>) yaml;
  }
}
