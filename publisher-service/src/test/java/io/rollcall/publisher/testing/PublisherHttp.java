package io.rollcall.publisher.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The publisher's HTTP side as a caller sees it; no call takes longer than ten seconds.
 *
 * @param port where it listens on loopback
 */
public record PublisherHttp(int port) {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** The answer to a GET. */
  public HttpResponse<String> get(String path) {
    return exchange("GET", path);
  }

  /** The answer to a request without a body. */
  public HttpResponse<String> exchange(String method, String path) {
    return exchange(method, path, HttpRequest.BodyPublishers.noBody());
  }

  /** The answer to a POST of this JSON. */
  public HttpResponse<String> post(String path, String json) {
    return exchange("POST", path, HttpRequest.BodyPublishers.ofString(json));
  }

  private HttpResponse<String> exchange(
      String method, String path, HttpRequest.BodyPublisher body) {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
              .timeout(Duration.ofSeconds(10))
              .header("Content-Type", "application/json")
              .method(method, body)
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** The JSON that a GET answers, whatever its status. */
  public JsonNode json(String path) {
    return JSON.readTree(get(path).body());
  }

  /**
   * The sum of all samples of a counter or gauge, of the counts of anything else.
   *
   * @param labels what the sample's labels must contain, such as {@code type="vote"}
   */
  public double meter(String family, String... labels) {
    double sum = 0;
    for (String line : get("/actuator/prometheus").body().lines().toList()) {
      String name = line.replaceFirst("[{ ].*", "");
      if ((name.equals(family) || name.equals(family + "_count"))
          && List.of(labels).stream().allMatch(line::contains)) {
        sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
      }
    }
    return sum;
  }
}
