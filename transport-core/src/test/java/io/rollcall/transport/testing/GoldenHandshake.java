package io.rollcall.transport.testing;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;

/**
 * A hello as the public Go SDK v1.0.1 makes it.
 *
 * @param privateKey 64 hex digits
 * @param publicKey 66 hex digits
 * @param address EIP-55
 * @param clientId what it calls itself
 * @param timestamp Unix time in nanoseconds
 * @param nonce 16 bytes
 * @param signedBytes what is hashed
 * @param signature 65 bytes
 * @param frame with its length prefix
 */
public record GoldenHandshake(
    String privateKey,
    String publicKey,
    String address,
    String clientId,
    long timestamp,
    ByteString nonce,
    ByteString signedBytes,
    ByteString signature,
    ByteString frame) {

  private static final int LENGTH_PREFIX = 4;

  /** All of them. */
  public static List<GoldenHandshake> all() {
    var resource =
        Objects.requireNonNull(GoldenHandshake.class.getResourceAsStream("/golden/vectors.json"));
    return StreamSupport.stream(
            JsonParser.parseReader(new InputStreamReader(resource, StandardCharsets.UTF_8))
                .getAsJsonObject()
                .getAsJsonArray("handshake_requests")
                .spliterator(),
            false)
        .map(JsonElement::getAsJsonObject)
        .map(GoldenHandshake::of)
        .toList();
  }

  /** The frame without its length prefix. */
  public ByteString body() {
    return frame.substring(LENGTH_PREFIX);
  }

  private static GoldenHandshake of(JsonObject row) {
    return new GoldenHandshake(
        text(row, "private_key"),
        text(row, "public_key"),
        text(row, "address"),
        text(row, "client_id"),
        Long.parseLong(text(row, "timestamp")),
        bytes(row, "nonce"),
        bytes(row, "signed_bytes"),
        bytes(row, "signature"),
        bytes(row, "frame"));
  }

  private static String text(JsonObject row, String name) {
    return row.get(name).getAsString();
  }

  private static ByteString bytes(JsonObject row, String name) {
    return ByteString.copyFrom(HexFormat.of().parseHex(text(row, name)));
  }

  /** Names a parameterized test. */
  @Override
  public String toString() {
    return clientId + " at " + timestamp;
  }
}
