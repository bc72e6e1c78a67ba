package io.rollcall.sequencer.api;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.InvalidXtException;
import io.rollcall.proto.v1.TransactionRequest;
import io.rollcall.proto.v1.XTRequest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads {@code {"transactions": [{"chainId": "55555", "transactions": ["0x..."]}]}} and makes an XT
 * of it, which is canonical because it is encoded here. Stateless.
 */
final class XtRequestReader {

  private static final String EXPECTED =
      "expected {\"transactions\": [{\"chainId\": \"55555\", \"transactions\": [\"0x...\"]}]}";

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private XtRequestReader() {}

  static CrossChainTransaction read(byte[] body) {
    JsonNode root = parse(body);
    if (!root.isObject()) {
      throw new BadRequestException("the body is no JSON object; " + EXPECTED);
    }
    JsonNode entries = array(root.get("transactions"), "transactions");
    XTRequest.Builder request = XTRequest.newBuilder();
    for (int i = 0; i < entries.size(); i++) {
      request.addTransactions(entry(entries.get(i), "transactions[" + i + "]"));
    }
    try {
      return CrossChainTransaction.of(request.build());
    } catch (InvalidXtException invalid) {
      throw new BadRequestException(invalid.getMessage() + "; " + EXPECTED);
    }
  }

  private static JsonNode parse(byte[] body) {
    try {
      return JSON.readTree(body);
    } catch (JacksonException malformed) {
      throw new BadRequestException(
          "the body is not JSON: " + malformed.getOriginalMessage() + "; " + EXPECTED);
    }
  }

  private static TransactionRequest entry(JsonNode entry, String place) {
    if (!entry.isObject()) {
      throw new BadRequestException(place + " is no object; " + EXPECTED);
    }
    TransactionRequest.Builder request =
        TransactionRequest.newBuilder()
            .setChainId(chain(entry.get("chainId"), place + ".chainId").bytes());
    String name = place + ".transactions";
    JsonNode transactions = array(entry.get("transactions"), name);
    for (int i = 0; i < transactions.size(); i++) {
      request.addTransaction(hex(transactions.get(i), name + "[" + i + "]"));
    }
    return request.build();
  }

  private static JsonNode array(@Nullable JsonNode node, String place) {
    if (node == null || !node.isArray()) {
      throw new BadRequestException(
          place + (node == null ? " is missing" : " is no array") + "; " + EXPECTED);
    }
    return node;
  }

  private static ChainId chain(@Nullable JsonNode node, String place) {
    if (node == null || !(node.isString() || node.isIntegralNumber())) {
      throw new BadRequestException(
          place
              + (node == null ? " is missing" : " is no string")
              + "; expected a chain id, decimal or 0x and hex digits");
    }
    try {
      return ChainId.parse(node.asString());
    } catch (IllegalArgumentException wrong) {
      throw new BadRequestException(place + ": " + wrong.getMessage());
    }
  }

  private static ByteString hex(JsonNode node, String place) {
    String text = node.isString() ? node.asString() : "";
    if (!text.startsWith("0x")) {
      throw new BadRequestException(
          place + " does not start with 0x; expected a signed transaction as 0x and hex digits");
    }
    try {
      return ByteString.copyFrom(HexFormat.of().parseHex(text, 2, text.length()));
    } catch (IllegalArgumentException odd) {
      throw new BadRequestException(
          place + " is not hex: " + reason(odd) + "; expected 0x and pairs of hex digits");
    }
  }

  private static String reason(IllegalArgumentException odd) {
    return odd instanceof NumberFormatException ? "it has another character" : "its length is odd";
  }
}
