package io.rollcall.transport.testing;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.rollcall.proto.v1.Message;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Messages and odd bytes, as the public Go SDK v1.0.1 encodes and understands them. */
public final class GoldenMessages {

  private static final int LENGTH_PREFIX = 4;

  private GoldenMessages() {}

  /**
   * A message and its frame.
   *
   * @param frame with its length prefix
   */
  public record Row(String name, Message message, ByteString frame) {

    /** The frame without its length prefix. */
    public ByteString body() {
      return frame.substring(LENGTH_PREFIX);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /**
   * Bytes that are odd.
   *
   * @param message what the SDK makes of them; a default message where it refuses them
   */
  public record Odd(String name, ByteString bytes, boolean accepted, Message message) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** Every payload. */
  public static List<Row> all() {
    return section("messages")
        .map(row ->
            new Row(
                row.get("name").getAsString(),
                message(row.getAsJsonObject("message")),
                ByteString.fromHex(row.get("frame").getAsString())))
        .toList();
  }

  /** What a parser must accept, and what not. */
  public static List<Odd> odd() {
    return section("decoding")
        .map(row -> {
          boolean accepted = row.get("accepted").getAsBoolean();
          return new Odd(
              row.get("name").getAsString(),
              ByteString.fromHex(row.get("bytes").getAsString()),
              accepted,
              accepted ? message(row.getAsJsonObject("message")) : Message.getDefaultInstance());
        })
        .toList();
  }

  private static Message message(JsonObject json) {
    Message.Builder builder = Message.newBuilder();
    try {
      JsonFormat.parser().merge(json.toString(), builder);
    } catch (InvalidProtocolBufferException impossible) {
      throw new IllegalStateException(impossible);
    }
    return builder.build();
  }

  private static Stream<JsonObject> section(String name) {
    var resource =
        Objects.requireNonNull(GoldenMessages.class.getResourceAsStream("/golden/vectors.json"));
    return StreamSupport.stream(
            JsonParser.parseReader(new InputStreamReader(resource, StandardCharsets.UTF_8))
                .getAsJsonObject()
                .getAsJsonArray(name)
                .spliterator(),
            false)
        .map(JsonElement::getAsJsonObject);
  }
}
