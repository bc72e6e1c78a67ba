package io.rollcall.transport.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.MessageTooLargeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** {@link Codec} by protobuf-java, which accepts and refuses what peers of the SDK do. */
public final class ProtobufCodec implements Codec {

  private final int maxMessageSize;

  /** With the limit for both directions, in bytes. */
  public ProtobufCodec(int maxMessageSize) {
    this.maxMessageSize = maxMessageSize;
  }

  @Override
  public int maxMessageSize() {
    return maxMessageSize;
  }

  @Override
  public int size(MessageLite message) {
    int size = message.getSerializedSize();
    if (size == 0) {
      throw new MalformedMessageException("empty message: every field has its default value");
    }
    if (size > maxMessageSize) {
      throw new MessageTooLargeException(size, maxMessageSize);
    }
    return size;
  }

  @Override
  public void encode(MessageLite message, ByteBuffer target) {
    try {
      if (target.hasArray()) {
        // Straight into the array: what writes to any other buffer gathers in a block first.
        int size = target.remaining();
        CodedOutputStream output =
            CodedOutputStream.newInstance(
                target.array(), target.arrayOffset() + target.position(), size);
        message.writeTo(output);
        target.position(target.position() + size);
      } else {
        CodedOutputStream output = CodedOutputStream.newInstance(target);
        message.writeTo(output);
        output.flush();
      }
    } catch (IOException tooSmall) {
      throw new UncheckedIOException("target has not the message's size", tooSmall);
    }
  }

  @Override
  public Message decode(ByteString bytes) {
    return parse(Message.parser(), bytes);
  }

  @Override
  public HandshakeRequest decodeHandshakeRequest(ByteString bytes) {
    return parse(HandshakeRequest.parser(), bytes);
  }

  @Override
  public HandshakeResponse decodeHandshakeResponse(ByteString bytes) {
    return parse(HandshakeResponse.parser(), bytes);
  }

  private static <T extends MessageLite> T parse(Parser<T> parser, ByteString bytes) {
    CodedInputStream input = bytes.newCodedInput();
    // The frame's bytes are never written again, so byte fields may point into them.
    input.enableAliasing(true);
    try {
      T message = parser.parseFrom(input);
      // Ends a group that was never begun: the parser stops there and leaves the check to us.
      input.checkLastTagWas(0);
      return message;
    } catch (InvalidProtocolBufferException malformed) {
      throw new MalformedMessageException("not a protobuf message of rollup.v1", malformed);
    }
  }
}
