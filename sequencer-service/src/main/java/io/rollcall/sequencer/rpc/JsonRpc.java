package io.rollcall.sequencer.rpc;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON-RPC 2.0: bytes in, bytes out. A batch is bounded and its calls run one after the other; a
 * notification, which has no id, is carried out and not answered. Safe for any thread.
 */
final class JsonRpc {

  static final int MAX_BATCH = 100;

  private static final Logger log = LoggerFactory.getLogger(JsonRpc.class);

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private final RpcMethods methods;

  JsonRpc(RpcMethods methods) {
    this.methods = methods;
  }

  /** Answers a request or a batch; empty when there is nothing to answer. */
  Optional<byte[]> answer(byte[] body) {
    JsonNode request;
    try {
      request = JSON.readTree(body);
    } catch (JacksonException malformed) {
      return Optional.of(
          error(RpcException.PARSE_ERROR, "not JSON: " + malformed.getOriginalMessage()));
    }
    if (request.isMissingNode()) {
      return Optional.of(error(RpcException.PARSE_ERROR, "not JSON: the body is empty"));
    }
    if (!request.isArray()) {
      return single(request).map(JSON::writeValueAsBytes);
    }
    if (request.isEmpty() || request.size() > MAX_BATCH) {
      return Optional.of(
          error(
              RpcException.INVALID_REQUEST,
              "a batch of " + request.size() + " calls, expected 1 to " + MAX_BATCH));
    }
    ArrayNode answers = JSON.createArrayNode();
    for (JsonNode call : request) {
      single(call).ifPresent(answers::add);
    }
    return answers.isEmpty() ? Optional.empty() : Optional.of(JSON.writeValueAsBytes(answers));
  }

  /** An answer to a request that could not be read. */
  byte[] error(int code, String message) {
    return JSON.writeValueAsBytes(failed(NullNode.getInstance(), code, message));
  }

  private Optional<JsonNode> single(JsonNode call) {
    JsonNode id = call.get("id");
    Optional<String> wrong = whatIsWrongWith(call, id);
    if (wrong.isPresent()) {
      boolean idIsUsable = id != null && (id.isString() || id.isNumber());
      return Optional.of(
          failed(
              idIsUsable ? id : NullNode.getInstance(), RpcException.INVALID_REQUEST, wrong.get()));
    }
    JsonNode answer = carryOut(call, id == null ? NullNode.getInstance() : id);
    return id == null ? Optional.empty() : Optional.of(answer);
  }

  private static Optional<String> whatIsWrongWith(JsonNode call, @Nullable JsonNode id) {
    if (!call.isObject()) {
      return Optional.of("a call is a JSON object");
    }
    JsonNode version = call.get("jsonrpc");
    if (version == null || !version.isString() || !version.asString().equals("2.0")) {
      return Optional.of("jsonrpc is not \"2.0\"");
    }
    JsonNode method = call.get("method");
    if (method == null || !method.isString()) {
      return Optional.of("method is no string");
    }
    JsonNode params = call.get("params");
    if (params != null && !params.isArray() && !params.isObject()) {
      return Optional.of("params is no array");
    }
    if (id != null && !id.isString() && !id.isNumber() && !id.isNull()) {
      return Optional.of("id is no string, number or null");
    }
    return Optional.empty();
  }

  private JsonNode carryOut(JsonNode call, JsonNode id) {
    String name = call.get("method").asString();
    try {
      RpcMethod method =
          methods
              .find(name)
              .orElseThrow(() ->
                  new RpcException(
                      RpcException.METHOD_NOT_FOUND, "there is no method " + shown(name)));
      Object result = method.call(new RpcParams(call.get("params")));
      ObjectNode answer = envelope(id);
      answer.set("result", JSON.valueToTree(result));
      return answer;
    } catch (RpcException told) {
      return failed(id, told.code(), String.valueOf(told.getMessage()));
    } catch (RuntimeException bug) {
      log.error("JSON-RPC {} failed", name, bug);
      return failed(id, RpcException.INTERNAL_ERROR, "internal error");
    }
  }

  private static String shown(String name) {
    return name.length() <= 64 ? name : name.substring(0, 64) + "...";
  }

  private static ObjectNode envelope(JsonNode id) {
    ObjectNode answer = JSON.createObjectNode();
    answer.put("jsonrpc", "2.0");
    answer.set("id", id);
    return answer;
  }

  private static ObjectNode failed(JsonNode id, int code, String message) {
    ObjectNode answer = envelope(id);
    answer.putObject("error").put("code", code).put("message", message);
    return answer;
  }
}
