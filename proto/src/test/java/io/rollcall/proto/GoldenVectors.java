package io.rollcall.proto;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Bytes made by the public Go SDK v1.0.1. */
final class GoldenVectors {

  private GoldenVectors() {}

  static Stream<JsonObject> section(String name) {
    var resource =
        Objects.requireNonNull(GoldenVectors.class.getResourceAsStream("/golden/vectors.json"));
    JsonArray rows =
        JsonParser.parseReader(new InputStreamReader(resource, StandardCharsets.UTF_8))
            .getAsJsonObject()
            .getAsJsonArray(name);
    return StreamSupport.stream(rows.spliterator(), false).map(JsonElement::getAsJsonObject);
  }

  static ByteString bytes(String hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }
}
