package io.rollcall.sequencer.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Talks to the sequencer's HTTP. */
public final class Http {

  private static final JsonMapper JSON = new JsonMapper();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final int port;

  /** On this port of the local machine. */
  public Http(int port) {
    this.port = port;
  }

  /**
   * What came back.
   *
   * @param status of HTTP
   * @param type the content type, empty without one
   * @param text the body
   */
  public record Answer(int status, String type, String text) {

    /** As JSON. */
    public JsonNode json() {
      return JSON.readTree(text);
    }
  }

  /** Gets. */
  public Answer get(String path) {
    return call(HttpRequest.newBuilder(uri(path)).build());
  }

  /** Posts JSON, or what pretends to be. */
  public Answer post(String path, String body) {
    return call(
        HttpRequest.newBuilder(uri(path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  /** Calls a JSON-RPC method; the parameters are JSON without the brackets. */
  public JsonNode rpc(String method, String params) {
    return post(
            "/",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":[%s]}"
                .formatted(method, params))
        .json();
  }

  /** Asks for an XT until it is in that state, within ten seconds. */
  public JsonNode awaitXt(String id, String state) {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    JsonNode xt = get("/v1/xts/" + id).json();
    while (!xt.path("state").asString("").equals(state)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("XT did not become " + state + " within 10s: " + xt);
      }
      Thread.onSpinWait();
      xt = get("/v1/xts/" + id).json();
    }
    return xt;
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  private static Answer call(HttpRequest request) {
    try {
      HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
      return new Answer(
          response.statusCode(),
          response.headers().firstValue("Content-Type").orElse(""),
          response.body());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }
}
