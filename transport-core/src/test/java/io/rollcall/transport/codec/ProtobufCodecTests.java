package io.rollcall.transport.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.MessageTooLargeException;
import io.rollcall.transport.testing.GoldenMessages;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ProtobufCodecTests {

  private final Codec codec = new ProtobufCodec(1 << 20);

  @ParameterizedTest
  @MethodSource("io.rollcall.transport.testing.GoldenMessages#all")
  void encodesToTheBytesOfTheSdk(GoldenMessages.Row row) {
    ByteBuffer target = ByteBuffer.allocate(codec.size(row.message()));
    codec.encode(row.message(), target);
    assertThat(target.hasRemaining()).isFalse();
    assertThat(ByteString.copyFrom(target.flip())).isEqualTo(row.body());
  }

  @ParameterizedTest
  @MethodSource("io.rollcall.transport.testing.GoldenMessages#all")
  void decodesTheBytesOfTheSdk(GoldenMessages.Row row) {
    assertThat(codec.decode(row.body())).isEqualTo(row.message());
  }

  @ParameterizedTest
  @MethodSource("io.rollcall.transport.testing.GoldenMessages#odd")
  void acceptsAndRefusesOddBytesAsTheSdkDoes(GoldenMessages.Odd odd) {
    if (odd.accepted()) {
      Message decoded = codec.decode(odd.bytes());
      assertThat(decoded.toBuilder().setUnknownFields(UnknownFieldSet.getDefaultInstance()).build())
          .isEqualTo(odd.message());
    } else {
      assertThatThrownBy(() -> codec.decode(odd.bytes()))
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void refusesToEncodeMoreThanTheLimitAndNamesBothFigures() {
    Message message = Message.newBuilder().setSenderId("x".repeat(8)).build();
    assertThat(new ProtobufCodec(10).size(message)).isEqualTo(10);
    assertThatThrownBy(() -> new ProtobufCodec(9).size(message))
        .isInstanceOf(MessageTooLargeException.class)
        .hasMessage("message size exceeds max: 10 bytes, max-message-size is 9");
  }

  @Test
  void refusesToEncodeAMessageWhoseEveryFieldHasItsDefault() {
    assertThatThrownBy(() -> codec.size(Message.getDefaultInstance()))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageStartingWith("empty message");
  }

  @Test
  void readsTheLengthAsUnsigned() {
    assertThatThrownBy(() -> LengthPrefix.length(-1, Integer.MAX_VALUE))
        .isInstanceOf(MessageTooLargeException.class)
        .hasMessageContaining("4294967295 bytes");
    assertThatThrownBy(() -> LengthPrefix.length(0, 10)).hasMessage("empty message");
    assertThat(LengthPrefix.length(10, 10)).isEqualTo(10);
    assertThatThrownBy(() -> LengthPrefix.length(11, 10))
        .isInstanceOf(MessageTooLargeException.class);
  }
}
