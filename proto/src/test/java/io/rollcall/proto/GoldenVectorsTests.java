package io.rollcall.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.util.JsonFormat;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.XTRequest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GoldenVectorsTests {

  private static final int LENGTH_PREFIX = 4;

  static Stream<JsonObject> messages() {
    return GoldenVectors.section("messages");
  }

  static Stream<JsonObject> xtIds() {
    return GoldenVectors.section("xt_ids");
  }

  static Stream<JsonObject> decoding() {
    return GoldenVectors.section("decoding");
  }

  static Stream<JsonObject> handshakeResponses() {
    return GoldenVectors.section("handshake_responses");
  }

  @Test
  void everySectionHasTheVectorsItHadWhenTheyWereMade() {
    assertThat(messages()).hasSize(24);
    assertThat(xtIds()).hasSize(5);
    assertThat(decoding()).hasSize(15);
    assertThat(handshakeResponses()).hasSize(2);
    assertThat(GoldenVectors.section("handshake_requests")).hasSize(9);
  }

  @ParameterizedTest
  @MethodSource("messages")
  void messagesEncodeAndDecodeToTheSameBytes(JsonObject row) throws Exception {
    ByteString body = GoldenVectors.bytes(row.get("frame").getAsString()).substring(LENGTH_PREFIX);
    Message.Builder expected = Message.newBuilder();
    JsonFormat.parser().merge(row.get("message").toString(), expected);

    assertThat(Message.parseFrom(body)).isEqualTo(expected.build());
    assertThat(expected.build().toByteString()).isEqualTo(body);
  }

  @ParameterizedTest
  @MethodSource("handshakeResponses")
  void handshakeResponsesEncodeAndDecodeToTheSameBytes(JsonObject row) throws Exception {
    ByteString body = GoldenVectors.bytes(row.get("frame").getAsString()).substring(LENGTH_PREFIX);
    HandshakeResponse.Builder expected = HandshakeResponse.newBuilder();
    JsonFormat.parser().merge(row.get("response").toString(), expected);

    assertThat(HandshakeResponse.parseFrom(body)).isEqualTo(expected.build());
    assertThat(expected.build().toByteString()).isEqualTo(body);
  }

  @ParameterizedTest
  @MethodSource("decoding")
  void oddBytesAreAcceptedOrRefusedAsTheSdkDoes(JsonObject row) throws Exception {
    ByteString bytes = GoldenVectors.bytes(row.get("bytes").getAsString());
    if (!row.get("accepted").getAsBoolean()) {
      assertThatThrownBy(() -> Message.parseFrom(bytes))
          .isInstanceOf(InvalidProtocolBufferException.class);
      return;
    }
    Message.Builder expected = Message.newBuilder();
    JsonFormat.parser().merge(row.get("message").toString(), expected);
    Message parsed = Message.parseFrom(bytes);

    assertThat(parsed.toBuilder().setUnknownFields(UnknownFieldSet.getDefaultInstance()).build())
        .isEqualTo(expected.build());
    assertThat(parsed.getUnknownFields().getSerializedSize())
        .isEqualTo(row.get("unknown_bytes").getAsInt());
  }

  @ParameterizedTest
  @MethodSource("xtIds")
  void xtIdsAreTheSdks(JsonObject row) throws Exception {
    ByteString request = GoldenVectors.bytes(row.get("xt_request").getAsString());

    assertThat(XtId.ofEncoded(request)).hasToString(row.get("xt_id").getAsString());
    assertThat(XtId.of(XTRequest.parseFrom(request))).hasToString(row.get("xt_id").getAsString());
  }
}
