package io.rollcall.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** Alerts, dashboard and runbook against what the services really export. */
class MonitoringIT {

  private static final Path FOLDER = Path.of("../observability/prometheus");
  private static final Path RULES = FOLDER.resolve("rules.yml");
  private static final Path DASHBOARD =
      Path.of("../observability/grafana/dashboards/rollcall.json");
  private static final Path OPERATIONS = Path.of("../docs/operations.md");

  /** What Prometheus adds of its own. */
  private static final Set<String> OF_PROMETHEUS = Set.of("up", "job", "instance", "le");

  private static final Wallet ALICE = new Wallet("Alice");
  private static final Wallet BOB = new Wallet("Bob");
  private static final Pair PAIR =
      new Pair(Path.of("..").toAbsolutePath().normalize(), Map.of(ALICE, 1000L, BOB, 1000L));

  private static String scrapes = "";

  @BeforeAll
  static void commitOneXt() {
    ServiceProcess publisher = PAIR.startPublisher();
    String address = Pair.tcpAddress(publisher);
    Rollup alpha = PAIR.startAlpha(address);
    Rollup beta = PAIR.startBeta(address);
    alpha.awaitConnected();
    beta.awaitConnected();
    Commit.assertOneCommits(publisher, new Exchange(alpha, beta, ALICE, BOB));
    scrapes =
        publisher.http().text("/actuator/prometheus") + alpha.http().text("/actuator/prometheus");
  }

  @AfterAll
  static void stop() {
    PAIR.close();
  }

  @Test
  void rulesAndDashboardNameOnlyWhatIsExported() throws Exception {
    Set<String> exported = matches(scrapes, Pattern.compile("(?m)^([a-z_]+)[{ ]"));
    exported.addAll(OF_PROMETHEUS);
    String expressions = String.join("\n", expressionsOfRules()) + dashboardExpressions();
    Set<String> named =
        matches(
            expressions.replaceAll("\"[^\"]*\"", ""),
            Pattern.compile("\\b((?:up|[a-z]+_[a-z0-9_]+))\\b(?!\\s*[(=!~])"));
    named.removeAll(Set.of("histogram_quantile", "label_values", "chain_id", "group_left"));
    assertThat(named).hasSizeGreaterThan(15);
    assertThat(exported).containsAll(named);
  }

  @Test
  void labelsThatAreAskedForAreExported() throws Exception {
    for (String selector : matchesOf(RULES, Pattern.compile("([a-z_]+)=~?\"[a-z|_]+\""))) {
      String label = selector.substring(0, selector.indexOf('='));
      String values = selector.replaceAll(".*\"(.*)\"", "$1");
      Pattern.compile("\\|")
          .splitAsStream(values)
          .forEach(value -> assertThat(scrapes).contains(label + "=\"" + value + "\""));
    }
  }

  @Test
  void everyAlertHasItsSectionInTheRunbook() throws Exception {
    String runbook = Files.readString(OPERATIONS);
    Set<String> alerts = matchesOf(RULES, Pattern.compile("alert: (\\w+)"));
    assertThat(alerts).hasSizeGreaterThan(10);
    for (String alert : alerts) {
      String name = alert.replace("alert: ", "");
      assertThat(runbook).contains("\n### " + name + "\n");
      assertThat(Files.readString(RULES))
          .contains("docs/operations.md#" + name.toLowerCase(Locale.ROOT) + "\n");
    }
  }

  @Test
  void everyMetricOfOursIsExplained() throws Exception {
    String operations = Files.readString(OPERATIONS);
    Set<String> ours =
        matches(scrapes, Pattern.compile("(?m)^# HELP ((?:rollcall|publisher)_[a-z_]+) "));
    ours.removeIf(name -> name.endsWith("_max"));
    assertThat(ours).hasSizeGreaterThan(25);
    for (String name : ours) {
      assertThat(operations).contains("`" + name + "`");
    }
  }

  @Test
  void promtoolFindsNothingWrongAndItsTestsPass() throws Exception {
    Program promtool =
        Program.required("promtool", "(of the package prometheus) to test the alert rules");
    assertThat(promtool.run(FOLDER, "check", "rules", "rules.yml")).contains("SUCCESS");
    assertThat(promtool.run(FOLDER, "test", "rules", "rules-test.yml")).contains("SUCCESS");
  }

  private static List<String> expressionsOfRules() throws IOException {
    Map<String, List<Map<String, List<Map<String, Object>>>>> rules =
        new Yaml().load(Files.readString(RULES));
    return rules.getOrDefault("groups", List.of()).stream()
        .flatMap(group -> group.getOrDefault("rules", List.of()).stream())
        .map(rule -> String.valueOf(rule.get("expr")))
        .toList();
  }

  private static String dashboardExpressions() throws IOException {
    return matchesOf(DASHBOARD, Pattern.compile("\"(?:expr|query)\": \"((?:[^\"\\\\]|\\\\.)*)\""))
        .stream()
        .map(found ->
            found
                .substring(found.indexOf(':') + 2)
                .replace("\\\"", "\"")
                .replace("$__rate_interval", "5m"))
        .map(expression -> expression.substring(1, expression.length() - 1))
        .collect(Collectors.joining("\n"));
  }

  private static Set<String> matchesOf(Path file, Pattern pattern) throws IOException {
    return pattern
        .matcher(Files.readString(file))
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> matches(String text, Pattern pattern) {
    return pattern
        .matcher(text)
        .results()
        .map(result -> result.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
