package io.rollcall.transport.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.MessageTooLargeException;
import java.nio.ByteBuffer;

/** Messages of rollup.v1 to bytes, without the length prefix, and back. Safe for any thread. */
public interface Codec {

  /** Most bytes a message may have, in either direction. */
  int maxMessageSize();

  /**
   * How many bytes {@link #encode} will write. Works for the envelope and for the two bare
   * handshake messages.
   *
   * @throws MessageTooLargeException when they are more than {@link #maxMessageSize()}
   * @throws MalformedMessageException when there are none: every field has its default, and peers
   *     refuse an empty frame
   */
  int size(MessageLite message);

  /** Writes the message; {@code target} has exactly {@link #size} bytes left. */
  void encode(MessageLite message, ByteBuffer target);

  /**
   * Parses the envelope.
   *
   * @param bytes one frame; byte fields of the result share its memory
   * @throws MalformedMessageException when they are no {@code Message}
   */
  Message decode(ByteString bytes);

  /**
   * Parses a client's first frame.
   *
   * @throws MalformedMessageException when they are no {@code HandshakeRequest}
   */
  HandshakeRequest decodeHandshakeRequest(ByteString bytes);

  /**
   * Parses a server's answer.
   *
   * @throws MalformedMessageException when they are no {@code HandshakeResponse}
   */
  HandshakeResponse decodeHandshakeResponse(ByteString bytes);
}
