package io.rollcall.system.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.rollcall.system.Pod;
import io.rollcall.transport.auth.KeyPairs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Both services with what the chart renders for TLS, mounted where it mounts it, and with
 * certificates of the names that it asks cert-manager for.
 */
class ChartTlsIT {

  private static final String PUBLISHER = "xt-rollcall-publisher";
  private static final String ALPHA = "xt-rollcall-alpha";
  private static final Path HOME = Path.of("/var/lib/rollcall");
  private static final Map<String, String> SECRETS =
      Map.of(PUBLISHER, "11".repeat(32), ALPHA, "22".repeat(32));

  private static final String RELOADED =
      "transport.ssl.bundle '(rollcall)' changed; it is used from the next connection on";

  @TempDir private Path folder;

  private final Rendered rendered = Rendered.of("tls-cert-manager");
  private final Map<String, Mount> certificates = new HashMap<>();
  private final Map<String, Pod> pods = new HashMap<>();

  @BeforeEach
  void mount() throws Exception {
    for (String name : List.of(PUBLISHER, ALPHA)) {
      for (Object each : list(name, "containers", 0, "volumeMounts")) {
        String volume = text(each, "name");
        Path place = Path.of(text(each, "mountPath"));
        if (place.startsWith(HOME)) {
          Mount mount = new Mount(folder.resolve(name).resolve(HOME.relativize(place).toString()));
          switch (volume) {
            case "config" -> mount.set(strings(rendered.at("ConfigMap", name, "data")));
            case "key" -> mount.set(Map.of("key", of(SECRETS, name)));
            case "public-keys" -> mount.set(publicKeys(name));
            case "tls" -> certificates.put(name, mount);
            default -> assertThat(volume).isEqualTo("data");
          }
        }
      }
    }
  }

  @AfterEach
  void stop() {
    pods.values().forEach(Pod::close);
  }

  @Test
  void theyConnectOverTlsAndRunningOnesTakeUpEveryOfTheirCertificatesAnew() throws Exception {
    renewAll();
    start(PUBLISHER, "publisher", "--transport.listen-addr=127.0.0.1:0");
    String port = pod(PUBLISHER).awaitInLog("listening on 127\\.0\\.0\\.1:(\\d+)");
    String address =
        text(of(rendered.config(ALPHA, "application.yml"), "transport"), "server-addr")
            .replace(":8080", ":" + port);
    start(ALPHA, "sequencer", "--transport.server-addr=" + address);
    String first = assertSecured();

    // Of an authority that was unknown until now: who had not read all of it anew would not
    // connect.
    renewAll();
    pod(PUBLISHER).awaitInLog(RELOADED);
    pod(ALPHA).awaitInLog(RELOADED);
    assertThat(assertSecured()).as("a connection that is open goes on").isEqualTo(first);

    start(ALPHA, "sequencer", "--transport.server-addr=" + address);
    assertSecured();

    renewAll();
    pod(ALPHA).awaitInLog(RELOADED);
    start(PUBLISHER, "publisher", "--transport.listen-addr=127.0.0.1:" + port);
    assertSecured();
  }

  /** In the place of the one that runs. */
  private void start(String name, String service, String argument) throws Exception {
    Pod before = pods.remove(name);
    if (before != null) {
      before.close();
    }
    Path hosts =
        Files.writeString(folder.resolve("hosts"), "127.0.0.1 " + PUBLISHER + "-headless\n");
    pods.put(
        name,
        Pod.start(
            service,
            folder.resolve(name),
            hosts,
            argument,
            "--transport.reconnect-delay=200ms",
            "--spring.ssl.bundle.watch.file.quiet-period=200ms"));
  }

  private Pod pod(String name) {
    return of(pods, name);
  }

  /** Each knows the other, by TLS. Returns the connection's id at the publisher. */
  private String assertSecured() {
    JsonNode toPublisher = pod(ALPHA).awaitConnection("publisher");
    JsonNode toAlpha = pod(PUBLISHER).awaitConnection("alpha");
    for (JsonNode connection : List.of(toPublisher, toAlpha)) {
      assertThat(connection.path("tls").asBoolean()).isTrue();
    }
    return toAlpha.path("id").asString();
  }

  /** A new authority, and of it a certificate for each. */
  private void renewAll() throws Exception {
    X509Bundle authority = builder("authority").setIsCertificateAuthority(true).buildSelfSigned();
    for (String name : List.of(PUBLISHER, ALPHA)) {
      CertificateBuilder builder = builder(name);
      for (Object dnsName : (List<?>) rendered.at("Certificate", name, "spec", "dnsNames")) {
        builder.addSanDnsName((String) dnsName);
      }
      X509Bundle issued = builder.buildIssuedBy(authority);
      of(certificates, name)
          .set(
              Map.of(
                  "tls.crt", issued.getCertificatePEM(),
                  "tls.key", issued.getPrivateKeyPEM(),
                  "ca.crt", authority.getCertificatePEM()));
    }
  }

  private static CertificateBuilder builder(String name) {
    return new CertificateBuilder()
        .ecp256()
        .subject("CN=" + name)
        .notBefore(Instant.now().minus(Duration.ofHours(1)))
        .notAfter(Instant.now().plus(Duration.ofDays(1)));
  }

  /** What the Job that generates keys would have written, under the names of the volume. */
  private Map<String, String> publicKeys(String name) {
    Map<String, String> files = new HashMap<>();
    for (Object volume : list(name, "volumes")) {
      if (map(volume).get("configMap") instanceof Map<?, ?> source
          && source.get("items") instanceof List<?> items) {
        for (Object item : items) {
          String secret = of(SECRETS, "xt-rollcall-" + text(item, "key"));
          files.put(text(item, "path"), KeyPairs.fromHex(secret).publicKey().hex());
        }
      }
    }
    return files;
  }

  private List<?> list(String name, Object... path) {
    Object[] whole = new Object[path.length + 3];
    System.arraycopy(new Object[] {"spec", "template", "spec"}, 0, whole, 0, 3);
    System.arraycopy(path, 0, whole, 3, path.length);
    return (List<?>) rendered.at("StatefulSet", name, whole);
  }

  private static <T> T of(Map<String, T> from, String name) {
    return Objects.requireNonNull(from.get(name), name);
  }

  private static String text(Object yaml, String name) {
    return String.valueOf(map(yaml).get(name));
  }

  private static Map<?, ?> map(Object yaml) {
    return (Map<?, ?>) yaml;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, String> strings(Object yaml) {
    return (Map<String, String>) yaml;
  }
}
