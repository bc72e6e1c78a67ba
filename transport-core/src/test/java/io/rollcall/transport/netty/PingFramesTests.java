package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Ping;
import io.rollcall.proto.v1.Pong;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** That pings are read and answered as by the parser, and that the rest is left to it. */
class PingFramesTests {

  private final PingFrames pings = new PingFrames("server");

  @Test
  void readsAndAnswersAPingWithAnyTimestamp() {
    LongStream timestamps =
        LongStream.concat(
            LongStream.of(0, 1, 127, 128, -1, Long.MAX_VALUE, Long.MIN_VALUE),
            new Random(1).longs(10_000).map(any -> any >> (any & 63)));
    timestamps.forEach(timestamp -> {
      assertThat(read(ping("alpha", timestamp).toByteArray())).isTrue();
      assertThat(pings.timestamp()).isEqualTo(timestamp);
      Message pong =
          Message.newBuilder()
              .setSenderId("server")
              .setPong(Pong.newBuilder().setTimestamp(timestamp))
              .build();
      ByteBuf written = Unpooled.buffer();
      pings.writePong(written, timestamp);
      assertThat(ByteString.copyFrom(written.nioBuffer())).isEqualTo(pong.toByteString());
      assertThat(pings.pongSize(timestamp)).isEqualTo(pong.getSerializedSize());
    });
  }

  @Test
  void readsAPingOfAnySenderThatIsAShortName() {
    for (String sender : List.of("", "a", "x".repeat(100))) {
      assertThat(read(ping(sender, 5).toByteArray())).as(sender).isTrue();
      assertThat(pings.timestamp()).isEqualTo(5);
    }
  }

  @Test
  void leavesEverythingElseToTheParser() {
    Message ping = ping("alpha", 5);
    List<Message> others =
        List.of(
            Message.newBuilder().setSenderId("alpha").build(),
            Message.newBuilder().setPong(Pong.newBuilder().setTimestamp(5)).build(),
            ping("\u00e9", 5),
            ping("x".repeat(200), 5),
            ping.toBuilder().setTraceContext(ByteString.copyFromUtf8("00-1")).build(),
            ping.toBuilder()
                .setUnknownFields(
                    UnknownFieldSet.newBuilder()
                        .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                        .build())
                .build());
    for (Message other : others) {
      assertThat(read(other.toByteArray())).as(other.toString()).isFalse();
    }
  }

  /** Bytes that are nearly a ping: what is read as one is one, and means the same. */
  @Test
  void neverReadsWhatTheParserReadsOtherwise() throws Exception {
    Random random = new Random(7);
    int taken = 0;
    for (int round = 0; round < 300_000; round++) {
      byte[] bytes =
          ping(random.nextBoolean() ? "ab" : "", random.nextLong() >> random.nextInt(64))
              .toByteArray();
      bytes = mutated(bytes, random);
      if (read(bytes)) {
        taken++;
        Message parsed = parse(bytes);
        assertThat(parsed.getPayloadCase()).isEqualTo(Message.PayloadCase.PING);
        assertThat(parsed.getPing().getTimestamp()).isEqualTo(pings.timestamp());
        assertThat(parsed.getUnknownFields().asMap()).isEmpty();
        assertThat(parsed.getPing().getUnknownFields().asMap()).isEmpty();
        assertThat(parsed.getTraceContext().isEmpty()).isTrue();
      }
    }
    assertThat(taken).as("mutations that are pings still").isGreaterThan(1000);
  }

  private static Message parse(byte[] bytes) throws InvalidProtocolBufferException {
    return Message.parseFrom(bytes);
  }

  private static byte[] mutated(byte[] bytes, Random random) {
    List<Byte> now = new ArrayList<>();
    for (byte one : bytes) {
      now.add(one);
    }
    for (int change = random.nextInt(3); change > 0 && !now.isEmpty(); change--) {
      int at = random.nextInt(now.size());
      switch (random.nextInt(4)) {
        case 0 -> now.set(at, (byte) random.nextInt(256));
        case 1 -> now.remove(at);
        case 2 -> now.add(at, (byte) random.nextInt(256));
        default -> now.set(at, (byte) (now.get(at) ^ 1 << random.nextInt(8)));
      }
    }
    byte[] result = new byte[now.size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = now.get(i);
    }
    return result;
  }

  private boolean read(byte[] bytes) {
    // Not at the start of the buffer, and not at its end: only what is told belongs to it.
    ByteBuf buffer = Unpooled.buffer().writeByte(9).writeBytes(bytes).writeByte(9);
    return pings.read(buffer, 1, bytes.length);
  }

  private static Message ping(String sender, long timestamp) {
    return Message.newBuilder()
        .setSenderId(sender)
        .setPing(Ping.newBuilder().setTimestamp(timestamp))
        .build();
  }
}
