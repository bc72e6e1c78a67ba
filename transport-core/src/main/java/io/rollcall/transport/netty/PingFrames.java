package io.rollcall.transport.netty;

import com.google.protobuf.CodedOutputStream;
import io.netty.buffer.ByteBuf;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Ping;
import io.rollcall.proto.v1.Pong;

/**
 * Pings and their answers without a {@link Message}: a peer may send as many as it likes, and each
 * is answered. Understands a ping in the form that every encoder gives it, {@code sender_id} in
 * ASCII or absent, then the ping with its timestamp alone; anything else is left to the parser.
 * Event loop; one for each connection.
 */
final class PingFrames {

  /** Beside the sender: the field, its length, the timestamp's field, ten bytes of a number. */
  private static final int MOST_BEHIND_SENDER = 13;

  private static final int LONGEST_SENDER = 100;

  private static final int SENDER_TAG = tag(Message.SENDER_ID_FIELD_NUMBER, 2);
  private static final int PING_TAG = tag(Message.PING_FIELD_NUMBER, 2);
  private static final int PONG_TAG = tag(Message.PONG_FIELD_NUMBER, 2);
  private static final int PING_TIMESTAMP_TAG = tag(Ping.TIMESTAMP_FIELD_NUMBER, 0);
  private static final int PONG_TIMESTAMP_TAG = tag(Pong.TIMESTAMP_FIELD_NUMBER, 0);

  /** What every pong begins with. */
  private final byte[] sender;

  private long timestamp;

  /** Answers bear this sender id. */
  PingFrames(String senderId) {
    this.sender = Message.newBuilder().setSenderId(senderId).build().toByteArray();
  }

  /** A field's key; all of them fit into one byte. */
  private static int tag(int field, int wireType) {
    return field << 3 | wireType;
  }

  /**
   * Looks whether these bytes are a ping.
   *
   * @param index of the first byte of the message, which is there as a whole
   * @return false when the parser must look
   */
  boolean read(ByteBuf bytes, int index, int length) {
    if (length > LONGEST_SENDER + 2 + MOST_BEHIND_SENDER) {
      return false;
    }
    int end = index + length;
    int at = index;
    if (length > 2 && bytes.getByte(at) == SENDER_TAG) {
      int senderLength = bytes.getByte(at + 1);
      at += 2;
      // Empty is absent to every encoder, and one byte of length is enough for a name.
      if (senderLength <= 0 || senderLength > end - at) {
        return false;
      }
      for (int last = at + senderLength; at < last; at++) {
        if (bytes.getByte(at) < 0) {
          return false;
        }
      }
    }
    if (end - at < 2 || bytes.getByte(at) != PING_TAG || bytes.getByte(at + 1) != end - at - 2) {
      return false;
    }
    at += 2;
    if (at == end) {
      timestamp = 0;
      return true;
    }
    return bytes.getByte(at) == PING_TIMESTAMP_TAG && readNumber(bytes, at + 1, end);
  }

  private boolean readNumber(ByteBuf bytes, int from, int end) {
    long number = 0;
    int shift = 0;
    for (int at = from; at < end && shift < Long.SIZE; at++) {
      byte next = bytes.getByte(at);
      number |= (next & 0x7fL) << shift;
      if (next >= 0) {
        timestamp = number;
        return at == end - 1;
      }
      shift += 7;
    }
    return false;
  }

  /** Of the ping that was read last. */
  long timestamp() {
    return timestamp;
  }

  /** How many bytes a pong has, without its length prefix. */
  int pongSize(long answered) {
    return sender.length + 2 + timestampSize(answered);
  }

  private static int timestampSize(long answered) {
    return answered == 0 ? 0 : 1 + CodedOutputStream.computeUInt64SizeNoTag(answered);
  }

  /** Writes a pong, without its length prefix. */
  void writePong(ByteBuf out, long answered) {
    out.writeBytes(sender);
    out.writeByte(PONG_TAG);
    out.writeByte(timestampSize(answered));
    if (answered != 0) {
      out.writeByte(PONG_TIMESTAMP_TAG);
      long rest = answered;
      while ((rest & ~0x7fL) != 0) {
        out.writeByte((int) (rest & 0x7f) | 0x80);
        rest >>>= 7;
      }
      out.writeByte((int) rest);
    }
  }
}
