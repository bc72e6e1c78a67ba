package io.rollcall.system;

import io.rollcall.transport.auth.KeyPairs;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The program of the Job that generates the keys of a Helm release: for each member that has none a
 * Secret {@code RELEASE-NAME-key} with the private key, and for all of them a ConfigMap {@code
 * RELEASE-public-keys}. A Secret that is there is never replaced. Talks to the Kubernetes API with
 * the service account of its pod; exit code 0 when all keys are there, 1 when not, 2 for wrong
 * arguments.
 */
public final class ClusterKeys {

  private static final Path ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpClient client;
  private final String base;
  private final String token;
  private final String release;

  /**
   * For one release.
   *
   * @param namespace its API, without a slash at the end: {@code
   *     https://kubernetes.default.svc/api/v1/namespaces/NAMESPACE}
   * @param token of a service account that may get and create these Secrets and create and patch
   *     the ConfigMap
   */
  ClusterKeys(HttpClient client, String namespace, String token, String release) {
    this.client = client;
    this.base = namespace;
    this.token = token;
    this.release = release;
  }

  /**
   * Runs it and exits.
   *
   * @param arguments the namespace, the release's full name, and the members
   */
  public static void main(String[] arguments) {
    if (arguments.length < 3) {
      System.err.println("expected a namespace, the full name of a release, and its members");
      System.exit(2);
    }
    try {
      HttpClient client =
          HttpClient.newBuilder()
              .sslContext(trusting(ACCOUNT.resolve("ca.crt")))
              .connectTimeout(LIMIT)
              .build();
      String api = "https://kubernetes.default.svc/api/v1/namespaces/" + arguments[0];
      String token = Files.readString(ACCOUNT.resolve("token")).strip();
      List<String> members = List.of(arguments).subList(2, arguments.length);
      Map<String, String> keys = new ClusterKeys(client, api, token, arguments[1]).ensure(members);
      keys.forEach((member, key) -> System.out.println(member + ": public key " + key));
    } catch (IOException | GeneralSecurityException | IllegalStateException failed) {
      System.err.println("The keys could not be made: " + failed.getMessage());
      System.exit(1);
    }
  }

  private static SSLContext trusting(Path authority) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream in = Files.newInputStream(authority)) {
      int number = 0;
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("cluster-" + number++, certificate);
      }
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  /**
   * Makes what is missing.
   *
   * @return the public key of each member
   * @throws IllegalStateException when the API refuses something, with its words
   */
  Map<String, String> ensure(List<String> members) throws IOException {
    Map<String, String> publicKeys = new LinkedHashMap<>();
    for (String member : members) {
      publicKeys.put(member, publicKey(member));
    }
    publish(publicKeys);
    return publicKeys;
  }

  private String publicKey(String member) throws IOException {
    String name = release + "-" + member + "-key";
    HttpResponse<String> found = send("GET", "/secrets/" + name, "", "");
    if (found.statusCode() == 404) {
      NodeKey made = NodeKey.generate();
      HttpResponse<String> created =
          send(
              "POST",
              "/secrets",
              object("Secret", name, Map.of("key", made.secret()), "stringData"),
              "application/json");
      if (created.statusCode() == 201) {
        return made.publicKey();
      }
      if (created.statusCode() != 409) {
        throw refused("Secret " + name + " could not be created", created);
      }
      // Somebody else was faster; theirs counts.
      found = send("GET", "/secrets/" + name, "", "");
    }
    if (found.statusCode() != 200) {
      throw refused("Secret " + name + " could not be read", found);
    }
    String encoded = JSON.readTree(found.body()).at("/data/key").asString("");
    String secret = new String(Base64.getDecoder().decode(encoded), StandardCharsets.US_ASCII);
    try {
      return KeyPairs.fromHex(secret.strip()).publicKey().hex();
    } catch (IllegalArgumentException wrong) {
      throw new IllegalStateException(
          "Secret " + name + " holds no private key under 'key'; expected 64 hex digits", wrong);
    }
  }

  private void publish(Map<String, String> publicKeys) throws IOException {
    String name = release + "-public-keys";
    String content = object("ConfigMap", name, publicKeys, "data");
    HttpResponse<String> answer = send("POST", "/configmaps", content, "application/json");
    if (answer.statusCode() == 409) {
      answer = send("PATCH", "/configmaps/" + name, content, "application/merge-patch+json");
    }
    if (answer.statusCode() / 100 != 2) {
      throw refused("ConfigMap " + name + " could not be written", answer);
    }
  }

  private static String object(
      String kind, String name, Map<String, String> data, String dataField) {
    return JSON.writeValueAsString(
        Map.of(
            "apiVersion",
            "v1",
            "kind",
            kind,
            "metadata",
            Map.of("name", name, "labels", Map.of("app.kubernetes.io/name", "rollcall")),
            dataField,
            data));
  }

  private static IllegalStateException refused(String what, HttpResponse<String> answer) {
    JsonNode said = JSON.readTree(answer.body());
    return new IllegalStateException(
        "%s: %d %s".formatted(what, answer.statusCode(), said.path("message").asString("")));
  }

  private HttpResponse<String> send(String method, String path, String body, String type)
      throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(LIMIT)
            .header("Authorization", "Bearer " + token)
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (!type.isEmpty()) {
      request.header("Content-Type", type);
    }
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    }
  }
}
