package io.rollcall.benchmarks.versus;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.Block;
import io.rollcall.proto.v1.Message;
import java.nio.ByteBuffer;

/** The message both sides carry: some bytes, and when it was to be sent. */
final class Payload {

  private final ByteString data;

  /** Of so many bytes. */
  Payload(int bytes) {
    data = ByteString.copyFrom(new byte[bytes]);
  }

  /**
   * A new message.
   *
   * @param due of {@code System.nanoTime()}, which on one Linux is the same for all processes
   */
  Message at(long due) {
    ByteString time = ByteString.copyFrom(ByteBuffer.allocate(Long.BYTES).putLong(due).flip());
    return Message.newBuilder()
        .setBlock(Block.newBuilder().setChainId(time).setBlockData(data))
        .build();
  }

  /** When that one was to be sent. */
  static long due(Message message) {
    return message.getBlock().getChainId().asReadOnlyByteBuffer().getLong();
  }
}
