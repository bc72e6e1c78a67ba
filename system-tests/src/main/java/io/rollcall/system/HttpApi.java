package io.rollcall.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One service's HTTP, read as JSON. Every call is bounded in time. */
final class HttpApi {

  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(LIMIT).build();
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final String base;

  HttpApi(String base) {
    this.base = base;
  }

  /** The address, without a slash at the end. */
  String base() {
    return base;
  }

  /** The status of a GET, or 0 when nobody answers. */
  int status(String path) {
    try {
      return get(path).statusCode();
    } catch (UncheckedIOException nobody) {
      return 0;
    }
  }

  /** The body of a GET, whatever its status. */
  String text(String path) {
    return get(path).body();
  }

  /** The JSON of a GET, whatever its status. */
  JsonNode json(String path) {
    return JSON.readTree(text(path));
  }

  private HttpResponse<String> get(String path) {
    return exchange(HttpRequest.newBuilder(URI.create(base + path)).GET());
  }

  /** Posts JSON; the answer, whatever its status. */
  HttpResponse<String> post(String path, String body) {
    return exchange(
        HttpRequest.newBuilder(URI.create(base + path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  /** The result of a JSON-RPC call; parameters are JSON already. */
  JsonNode call(String method, String... parameters) {
    String request =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":[%s]}"
            .formatted(method, String.join(",", parameters));
    JsonNode answer = JSON.readTree(post("/", request).body());
    if (!answer.has("result")) {
      throw new IllegalStateException(method + " answered " + answer);
    }
    return answer.get("result");
  }

  private static HttpResponse<String> exchange(HttpRequest.Builder request) {
    try {
      return CLIENT.send(request.timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted during an HTTP exchange", interrupted);
    }
  }
}
