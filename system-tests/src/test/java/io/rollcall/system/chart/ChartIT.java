package io.rollcall.system.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import io.rollcall.system.Program;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ChartIT {

  private static final String PUBLISHER = "xt-rollcall-publisher";
  private static final String ALPHA = "xt-rollcall-alpha";
  private static final List<Object> POD = List.of("spec", "template", "spec");

  @TempDir private Path folder;

  static List<String> sets() {
    return Rendered.sets();
  }

  @Test
  void lintHasNothingToSay() {
    var lint = new Helm(Rendered.CHART).lint().strict().call();
    assertThat(lint.isFailed()).as(String.valueOf(lint.getMessages())).isFalse();
  }

  @ParameterizedTest
  @MethodSource("sets")
  void everyManifestIsWhatKubernetesTakes(String set) throws Exception {
    Program validator =
        Program.required("kubernetes-validate", "(of PyPI) to check against Kubernetes' schemas");
    Rendered rendered = Rendered.of(set);
    assertThat(rendered.identities()).doesNotHaveDuplicates();
    // Kinds of operators have no schema there.
    String builtIn =
        String.join(
            "\n---\n",
            Pattern.compile("(?m)^---\\s*$")
                .splitAsStream(rendered.text())
                .filter(document -> document.contains("apiVersion"))
                .filter(document -> !document.contains("apiVersion: monitoring.coreos.com"))
                .filter(document -> !document.contains("apiVersion: cert-manager.io"))
                .toList());
    Path file = Files.writeString(folder.resolve(set + ".yaml"), builtIn);
    validator.run(folder, "--strict", file.toString());
  }

  @Test
  void theArchiveIsTheSameEachTime() throws Exception {
    Path repository = Path.of("..").toAbsolutePath().normalize();
    Program chart = Program.required("bash", "to make the archive");
    byte[][] archives = new byte[2][];
    for (int i = 0; i < archives.length; i++) {
      String said = chart.run(repository, "bin/chart", folder.resolve("made-" + i).toString());
      archives[i] = Files.readAllBytes(Path.of(said.strip()));
    }
    assertThat(archives[0]).isEqualTo(archives[1]).hasSizeGreaterThan(5_000);
  }

  @Test
  void podsMayDoNothingThatTheyNeedNot() {
    Rendered rendered = Rendered.of("generated-keys");
    for (String name : List.of(PUBLISHER, ALPHA)) {
      assertThat(pod(rendered, name, "automountServiceAccountToken")).isEqualTo(false);
      assertThat(pod(rendered, name, "enableServiceLinks")).isEqualTo(false);
      assertThat(pod(rendered, name, "securityContext", "runAsNonRoot")).isEqualTo(true);
      assertThat(pod(rendered, name, "containers", 0, "securityContext").toString())
          .contains("readOnlyRootFilesystem=true", "drop=[ALL]", "allowPrivilegeEscalation=false");
    }
  }

  @Test
  void aPodHasTheTimeThatItsDrainTakes() {
    Rendered rendered = Rendered.of("generated-keys");
    // 5 s before it is told, 10 s of the transport's stop-timeout, 30 s of Spring's phase.
    assertThat((Integer) pod(rendered, PUBLISHER, "terminationGracePeriodSeconds"))
        .isGreaterThanOrEqualTo(5 + 10 + 30);
    assertThat(pod(rendered, PUBLISHER, "containers", 0, "lifecycle").toString()).contains("sleep");
  }

  @Test
  void probesAskTheManagementPort() {
    Rendered rendered = Rendered.of("generated-keys");
    for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
      assertThat(pod(rendered, ALPHA, "containers", 0, probe, "httpGet", "port"))
          .isEqualTo("management");
    }
    assertThat(rendered.setting(ALPHA, "application.yml", "management"))
        .contains("server={port=8082}");
  }

  @Test
  void oneProcessOwnsTheStateAndItsVolumeStays() {
    Rendered rendered = Rendered.of("placed");
    assertThat(rendered.at("StatefulSet", PUBLISHER, "spec", "replicas")).isEqualTo(1);
    assertThat(
            rendered
                .at("StatefulSet", PUBLISHER, "spec", "persistentVolumeClaimRetentionPolicy")
                .toString())
        .isEqualTo("{whenDeleted=Retain, whenScaled=Retain}");
    assertThat(
            rendered
                .at("StatefulSet", PUBLISHER, "spec", "volumeClaimTemplates", 0, "spec")
                .toString())
        .contains("accessModes=[ReadWriteOnce]", "storageClassName=fast", "storage=100Gi");
  }

  @Test
  void privateKeysComeFromSecretsAloneAndEachPodSeesItsOwn() {
    Rendered rendered = Rendered.of("existing-secrets");
    assertThat(rendered.names("Secret")).isEmpty();
    assertThat(rendered.names("Job")).isEmpty();
    assertThat(pod(rendered, PUBLISHER, "volumes").toString())
        .contains("secretName=publisher-key, items=[{key=private, path=key}]")
        .doesNotContain("alpha-key");
    assertThat(pod(rendered, ALPHA, "volumes").toString())
        .contains("secretName=alpha-key")
        .doesNotContain("publisher-key");
    assertThat(rendered.setting(PUBLISHER, "trusted-sequencers.yml", "alpha"))
        .startsWith("{chain-ids=[55555], public-keys=[02aaaa")
        .contains(", 03bbbb");
    assertThat(rendered.setting(ALPHA, "application.yml", "auth"))
        .contains("server-public-key=[02cccc");
  }

  @Test
  void aChangeOfTrustedKeysStartsNoPodAnew() {
    Rendered one = Rendered.of("publisher-only");
    Rendered other =
        Rendered.of(
            Rendered.command()
                .withValuesFile(Rendered.file("publisher-only"))
                .set("publisher.trustedSequencers.optimism.connections", "3"));
    assertThat(one.config(PUBLISHER, "trusted-sequencers.yml"))
        .isNotEqualTo(other.config(PUBLISHER, "trusted-sequencers.yml"));
    assertThat(one.at("StatefulSet", PUBLISHER, "spec", "template"))
        .isEqualTo(other.at("StatefulSet", PUBLISHER, "spec", "template"));
  }

  @Test
  void generatedKeysAreMadeBeforeTheirUsersByAJobThatMayDoNoMore() {
    Rendered rendered = Rendered.of("generated-keys");
    assertThat(rendered.at("Job", "xt-rollcall-keys", "metadata", "annotations").toString())
        .contains(Rendered.HOOK + "=pre-install,pre-upgrade");
    assertThat(podOf(rendered, "Job", "xt-rollcall-keys", "containers", 0, "command").toString())
        .isEqualTo("[/opt/rollcall/cluster-keys, rollups, xt-rollcall, publisher, alpha, beta]");
    assertThat(rendered.at("Role", "xt-rollcall-keys", "rules").toString())
        .doesNotContain("delete", "update", "*")
        .contains("resourceNames=[xt-rollcall-publisher-key, xt-rollcall-alpha-key");
    assertThat(pod(rendered, ALPHA, "volumes").toString())
        .contains("secretName=xt-rollcall-alpha-key")
        .contains("{key=publisher, path=auth.server-public-key}");
    assertThat(pod(rendered, PUBLISHER, "volumes").toString())
        .contains("{key=beta, path=auth.trusted-sequencers.beta.public-keys}");
  }

  @Test
  void postgresqlTakesItsPasswordFromASecretAndNeedsNoVolume() {
    Rendered rendered = Rendered.of("postgresql");
    assertThat(pod(rendered, PUBLISHER, "containers", 0, "env").toString())
        .contains("PUBLISHER_STORAGE_PASSWORD, valueFrom={secretKeyRef={name=db, key=password}}");
    assertThat(pod(rendered, ALPHA, "containers", 0, "env").toString())
        .contains("SEQUENCER_STORAGE_USERNAME");
    assertThat(rendered.text()).doesNotContain("password:");
    assertThat(pod(rendered, PUBLISHER, "volumes").toString()).contains("{name=data, emptyDir={}}");
  }

  @Test
  void withTlsBothSidesShowCertificatesThatAreReloaded() {
    for (String set : List.of("tls-secret", "tls-cert-manager")) {
      Rendered rendered = Rendered.of(set);
      for (String name : List.of(PUBLISHER, ALPHA)) {
        assertThat(rendered.setting(name, "application.yml", "spring"))
            .contains("reload-on-update=true", "truststore={certificate=tls/ca.crt}");
      }
      assertThat(rendered.setting(PUBLISHER, "application.yml", "transport"))
          .contains("client-auth=need");
    }
    assertThat(Rendered.of("tls-cert-manager").at("Certificate", PUBLISHER, "spec").toString())
        .contains("secretName=xt-rollcall-publisher-tls")
        .contains("xt-rollcall-publisher-headless")
        .contains("kind=ClusterIssuer");
  }

  @Test
  void anExposedPortKeepsTheAddressOfWhoConnects() {
    Rendered rendered = Rendered.of("exposed");
    assertThat(rendered.at("Service", PUBLISHER, "spec", "externalTrafficPolicy"))
        .isEqualTo("Local");
    assertThat(rendered.at("Service", PUBLISHER, "spec", "loadBalancerSourceRanges").toString())
        .isEqualTo("[203.0.113.0/24]");
    assertThat(rendered.at("Service", PUBLISHER, "spec", "ports").toString())
        .isEqualTo("[{name=transport, port=9000, targetPort=transport}]");
  }

  @Test
  void sequencersFindThePublisherByANameWithAllItsAddresses() {
    Rendered rendered = Rendered.of("generated-keys");
    assertThat(rendered.at("Service", PUBLISHER + "-headless", "spec", "clusterIP"))
        .isEqualTo("None");
    assertThat(rendered.setting(ALPHA, "application.yml", "transport"))
        .contains("server-addr=" + PUBLISHER + "-headless:8080");
    assertThat(Rendered.of("sequencers-only").setting(ALPHA, "application.yml", "transport"))
        .contains("server-addr=publisher.example.com:8080");
  }

  @Test
  void theNetworkPolicyNamesWhoMayConnect() {
    Rendered rendered = Rendered.of("closed-network");
    assertThat(rendered.at("NetworkPolicy", PUBLISHER, "spec", "ingress", 0).toString())
        .contains("port=transport", "203.0.113.0/24", "app.kubernetes.io/instance=xt");
    assertThat(rendered.at("NetworkPolicy", ALPHA, "spec", "ingress", 0).toString())
        .contains("port=http", "role=wallet");
    assertThat(Rendered.of("placed").names("NetworkPolicy")).isEmpty();
  }

  @Test
  void monitoringTakesTheRulesAndTheDashboardOfThisRepository() throws Exception {
    Rendered rendered = Rendered.of("monitored");
    assertThat(rendered.at("ServiceMonitor", "xt-rollcall", "spec", "endpoints").toString())
        .contains("port=management", "path=/actuator/prometheus", "interval=30s");
    assertThat(rendered.names("PrometheusRule")).containsExactly("xt-rollcall");
    assertThat(rendered.names("PodDisruptionBudget")).contains(PUBLISHER, ALPHA);
    for (var file :
        Map.of(
                "rules.yml", "../observability/prometheus/rules.yml",
                "rollcall.json", "../observability/grafana/dashboards/rollcall.json")
            .entrySet()) {
      assertThat(Rendered.CHART.resolve("files").resolve(file.getKey()))
          .as("copied from %s", file.getValue())
          .hasSameTextualContentAs(Path.of(file.getValue()));
    }
  }

  @Test
  void spansGoWhereTheValuesSayAndNowhereByDefault() {
    assertThat(Rendered.of("placed").config(ALPHA, "application.yml").toString())
        .contains(
            "otlp={endpoint=http://collector:4318/v1/traces}",
            "probability=0.5",
            "[service.instance.id]=alpha");
    assertThat(Rendered.of("defaults").config(PUBLISHER, "application.yml").toString())
        .doesNotContain("tracing", "opentelemetry");
  }

  @Test
  void everySequencerHasItsOwnSetAndName() {
    Rendered rendered = Rendered.of("many-sequencers");
    assertThat(rendered.names("StatefulSet")).hasSize(13).doesNotHaveDuplicates();
    assertThat(rendered.config("xt-rollcall-rollup-12", "application.yml").get("sequencer"))
        .hasToString("{chain-id=1012}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          publisher.enable=true                       | enable
          publisher.service.type=Nodeport             | publisher/service/type
          publisher.persistence.size=10               | publisher/persistence/size
          publisherPublicKeys[0]=abc                  | publisherPublicKeys/0
          sequencers[0].name=Alpha                    | sequencers/0/name
          sequencers[0].name=publisher                | the name 'publisher' is taken
          tls.enabled=true                            | tls.enabled needs tls.existingSecret
          publisherAddress=other:1                    | publisherAddress is for a publisher elsewhere
          generateKeys=false                          | publisherPublicKeys is empty
          logging.format=text                         | logging/format
          tracing.endpoint=collector:4318             | tracing/endpoint
          """)
  void whatIsWrongIsRefusedWithItsName(String value, String said) {
    String[] parts = value.split("=", 2);
    assertThatThrownBy(() ->
            Rendered.of(
                Rendered.command()
                    .withValuesFile(Rendered.file("generated-keys"))
                    .set(parts[0].strip(), parts[1].strip())))
        .hasMessageContaining(said);
  }

  @ParameterizedTest
  @CsvSource({"placed, publisher, " + PUBLISHER, "placed, sequencer, " + ALPHA})
  void theServicesTakeWhatIsRendered(String set, String service, String name) throws Exception {
    Rendered rendered = Rendered.of(set);
    Path config = Files.createDirectories(folder.resolve("config"));
    Object data = rendered.at("ConfigMap", name, "data");
    for (var file : ((Map<?, ?>) data).entrySet()) {
      Files.writeString(config.resolve((String) file.getKey()), (String) file.getValue());
    }
    Path keys = Files.createDirectories(folder.resolve("keys"));
    Files.writeString(keys.resolve("key"), "ab".repeat(32));
    Path publicKeys = Files.createDirectories(folder.resolve("public-keys"));
    String key = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    Files.writeString(
        publicKeys.resolve(
            service.equals("publisher")
                ? "auth.trusted-sequencers.alpha.public-keys"
                : "auth.server-public-key"),
        key);
    String jar = "../%s-service/target/%s-service.jar".formatted(service, service);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dspring.context.exit=onRefresh",
                "-jar",
                Path.of(jar).toAbsolutePath().toString(),
                "--server.port=0",
                "--management.server.port=0",
                "--transport.listen-addr=" + (service.equals("publisher") ? "127.0.0.1:0" : ""))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
  }

  private static Object pod(Rendered rendered, String name, Object... path) {
    return podOf(rendered, "StatefulSet", name, path);
  }

  private static Object podOf(Rendered rendered, String kind, String name, Object... path) {
    Object[] whole = Stream.concat(POD.stream(), List.of(path).stream()).toArray();
    return rendered.at(kind, name, whole);
  }
}
