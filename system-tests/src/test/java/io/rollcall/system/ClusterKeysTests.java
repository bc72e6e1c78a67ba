package io.rollcall.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.rollcall.transport.auth.KeyPairs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Against a server that answers as Kubernetes' API does to what the Job may do. */
class ClusterKeysTests {

  private static final String NAMESPACE = "/api/v1/namespaces/rollups";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Map<String, JsonNode> objects = new TreeMap<>();
  private final List<String> calls = new ArrayList<>();
  private HttpServer server;
  private int forced;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void makesAKeyForEachAndPublishesThePublicOnes() throws Exception {
    Map<String, String> keys = ensure("publisher", "alpha");

    for (String member : List.of("publisher", "alpha")) {
      String secret = secretOf(member);
      assertThat(secret).matches("[0-9a-f]{64}");
      assertThat(KeyPairs.fromHex(secret).publicKey().hex()).isEqualTo(keys.get(member));
      assertThat(published().get(member).asString()).isEqualTo(keys.get(member));
    }
    assertThat(secretOf("publisher")).isNotEqualTo(secretOf("alpha"));
  }

  @Test
  void neverReplacesAKeyThatIsThere() throws Exception {
    Map<String, String> first = ensure("publisher", "alpha");
    calls.clear();

    Map<String, String> second = ensure("publisher", "alpha", "beta");

    assertThat(second).containsAllEntriesOf(first).containsKey("beta");
    assertThat(published().size()).isEqualTo(3);
    assertThat(calls)
        .containsExactly(
            "GET /secrets/xt-publisher-key",
            "GET /secrets/xt-alpha-key",
            "GET /secrets/xt-beta-key",
            "POST /secrets",
            "POST /configmaps",
            "PATCH /configmaps/xt-public-keys");
  }

  @Test
  void aSecretThatHoldsSomethingElseIsNamed() {
    objects.put("/secrets/xt-alpha-key", secret("xt-alpha-key", "no key"));
    assertThatThrownBy(() -> ensure("alpha"))
        .hasMessage("Secret xt-alpha-key holds no private key under 'key'; expected 64 hex digits");
  }

  @Test
  void saysWhatTheApiRefused() {
    forced = 403;
    assertThatThrownBy(() -> ensure("alpha"))
        .hasMessage("Secret xt-alpha-key could not be read: 403 not allowed");
  }

  private Map<String, String> ensure(String... members) throws IOException {
    String base = "http://127.0.0.1:" + server.getAddress().getPort() + NAMESPACE;
    try (HttpClient client = HttpClient.newHttpClient()) {
      return new ClusterKeys(client, base, "secret-token", "xt").ensure(List.of(members));
    }
  }

  private String secretOf(String member) {
    String encoded = object("/secrets/xt-" + member + "-key").at("/data/key").asString();
    return new String(Base64.getDecoder().decode(encoded), StandardCharsets.US_ASCII);
  }

  private JsonNode published() {
    return object("/configmaps/xt-public-keys").get("data");
  }

  private JsonNode object(String path) {
    return Optional.ofNullable(objects.get(path)).orElseThrow(() -> new AssertionError(path));
  }

  private static JsonNode secret(String name, String content) {
    String encoded =
        Base64.getEncoder().encodeToString(content.getBytes(StandardCharsets.US_ASCII));
    return JSON.readTree(
        "{\"metadata\":{\"name\":\"%s\"},\"data\":{\"key\":\"%s\"}}".formatted(name, encoded));
  }

  private void answer(HttpExchange exchange) throws IOException {
    String method = exchange.getRequestMethod();
    String path = exchange.getRequestURI().getPath().substring(NAMESPACE.length());
    calls.add(method + " " + path);
    assertThat(exchange.getRequestHeaders().getFirst("Authorization"))
        .isEqualTo("Bearer secret-token");
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    int status = forced != 0 ? forced : carryOut(method, path, body);
    JsonNode answer =
        status < 300 && objects.containsKey(path)
            ? object(path)
            : JSON.readTree("{\"message\":\"not allowed\"}");
    byte[] bytes = JSON.writeValueAsBytes(answer);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private int carryOut(String method, String path, String body) {
    return switch (method) {
      case "GET" -> objects.containsKey(path) ? 200 : 404;
      case "POST" -> create(path, (ObjectNode) JSON.readTree(body));
      case "PATCH" -> {
        JsonNode data = JSON.readTree(body).get("data");
        ((ObjectNode) object(path).get("data")).setAll((ObjectNode) data);
        yield 200;
      }
      default -> 405;
    };
  }

  private int create(String path, ObjectNode object) {
    String name = object.at("/metadata/name").asString();
    if (objects.containsKey(path + "/" + name)) {
      return 409;
    }
    boolean secret = object.has("stringData");
    objects.put(
        path + "/" + name, secret ? secret(name, object.at("/stringData/key").asString()) : object);
    return 201;
  }
}
