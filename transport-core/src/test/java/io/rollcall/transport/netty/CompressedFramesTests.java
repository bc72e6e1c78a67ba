package io.rollcall.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.rollcall.proto.v1.Block;
import io.rollcall.proto.v1.DisconnectMessage;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Pong;
import io.rollcall.transport.Compression;
import io.rollcall.transport.CompressionSettings;
import io.rollcall.transport.compression.ZstdCodec;
import io.rollcall.transport.testing.RawSocketPeer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compressed messages on a link that agreed on them, and on one that did not. */
class CompressedFramesTests {

  private static final int THRESHOLD = 4096;
  private static final CompressionSettings ZSTD =
      new CompressionSettings(Compression.ZSTD, THRESHOLD);

  private final ZstdCodec zstd = ZstdCodec.load();

  // ---- sending

  @ParameterizedTest
  @ValueSource(ints = {THRESHOLD - 1, THRESHOLD, THRESHOLD + 1, 100_000, 1 << 20})
  void messagesFromTheThresholdOnLeaveCompressedAndReadTheSame(int size) throws Exception {
    try (EmbeddedLink embedded = agreed()) {
      Message message = ofSize(size);
      send(embedded, message);

      Written written = written(embedded);
      assertThat(written.compressed()).isEqualTo(size >= THRESHOLD);
      assertThat(written.bytes().size() < size).isEqualTo(size >= THRESHOLD);
      assertThat(written.message()).isEqualTo(message);
      assertThat(embedded.outbound.held()).isZero();
    }
  }

  @Test
  void whatDoesNotBecomeSmallerLeavesAsItIs() throws Exception {
    try (EmbeddedLink embedded = agreed()) {
      Message noise = block(noise(50_000));
      Message tooSmallThen = block(ByteString.copyFrom(new byte[50_000]));
      send(embedded, noise);
      send(embedded, tooSmallThen);

      for (Message message : List.of(noise, tooSmallThen)) {
        Written written = written(embedded);
        assertThat(written.compressed()).isFalse();
        assertThat(written.message()).isEqualTo(message);
      }
      assertThat(embedded.outbound.held()).isZero();
    }
  }

  @Test
  void theQueueCountsWhatReallyStandsInIt() {
    try (EmbeddedLink embedded = agreed()) {
      OutboundFrame frame = embedded.link.context().frames().encode(ofSize(100_000));
      embedded.link.send(frame, Delivery.IGNORED);

      assertThat(embedded.link.queuedBytes())
          .isEqualTo(frame.compressed().size())
          .isLessThan(50_000);
      assertThat(embedded.outbound.held()).isEqualTo(frame.size() + frame.compressed().size());
      frame.release();
      assertThat(embedded.outbound.held()).isEqualTo(embedded.link.queuedBytes());
      embedded.channel.runPendingTasks();
    }
  }

  @Test
  void aFrameForSeveralIsCompressedOnceAndOnlyForThoseThatAgreed() throws Exception {
    try (EmbeddedLink one = agreed();
        EmbeddedLink other = agreed();
        EmbeddedLink plain = new EmbeddedLink()) {
      var _ = plain.admit();
      Message message = ofSize(100_000);
      OutboundFrame frame = one.link.context().frames().encode(message);
      long before = one.outbound.held();
      plain.link.send(frame, Delivery.IGNORED);
      assertThat(one.outbound.held()).isEqualTo(before);
      one.link.send(frame, Delivery.IGNORED);
      other.link.send(frame, Delivery.IGNORED);
      assertThat(one.outbound.held()).isEqualTo(before + frame.compressed().size());
      assertThat(frame.compressed()).isSameAs(frame.compressed());
      frame.release();

      assertThat(written(plain)).isEqualTo(new Written(false, message.toByteString(), message));
      Written first = written(one);
      assertThat(first.compressed()).isTrue();
      assertThat(written(other)).isEqualTo(first);
      assertThat(one.outbound.held()).isZero();
    }
  }

  @Test
  void orderIsKeptHoweverMessagesLeave() throws Exception {
    try (EmbeddedLink embedded = agreed()) {
      List<Message> messages = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        messages.add(block(mixed(i % 3 == 0 ? 100 + i : 4000 + i * 500)));
      }
      for (Message message : messages) {
        send(embedded, message);
      }

      List<Message> came = new ArrayList<>();
      ByteBuffer stream = stream(embedded);
      while (stream.hasRemaining()) {
        came.add(next(stream).message());
      }
      assertThat(came).isEqualTo(messages);
    }
  }

  // ---- receiving

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 1000, Integer.MAX_VALUE})
  void aCompressedMessageIsReadHoweverItIsCut(int cut) {
    try (EmbeddedLink embedded = agreed()) {
      Message message = ofSize(20_000);
      byte[] frame = frame(compressed(message.toByteString()));
      for (int from = 0; from < frame.length; from += Math.min(cut, frame.length - from)) {
        embedded.receive(
            Arrays.copyOfRange(frame, from, from + Math.min(cut, frame.length - from)));
      }

      assertThat(embedded.recorded.nextMessage().encoded()).isEqualTo(message.toByteString());
      assertThat(embedded.inbound.utilization()).isZero();
    }
  }

  @Test
  void anyMessageMayComeCompressedAPongToo() {
    try (EmbeddedLink embedded = agreed()) {
      Message pong =
          Message.newBuilder()
              .setSenderId("p".repeat(200))
              .setPong(Pong.newBuilder().setTimestamp(1))
              .build();
      embedded.receive(frame(compressed(pong.toByteString())));

      assertThat(embedded.messages("pong", "in")).isOne();
      assertThat(embedded.link.ended()).isFalse();
    }
  }

  @Test
  void withoutAnAgreementTheBitIsPartOfTheLength() throws Exception {
    try (EmbeddedLink embedded = new EmbeddedLink()) {
      var _ = embedded.admit();
      embedded.receive(frame(compressed(ofSize(20_000).toByteString())));

      assertRefused(embedded, "message size exceeds max: 214748");
    }
  }

  @Test
  void aCompressedFrameHasTheSameLimitsAsAnyOther() throws Exception {
    try (EmbeddedLink embedded = agreed()) {
      embedded.receive(prefix(0x80000000));
      assertRefused(embedded, "empty message");
    }
    try (EmbeddedLink embedded = agreed()) {
      embedded.receive(prefix(0x80000000 | (EmbeddedLink.MAX_MESSAGE_SIZE + 1)));
      assertRefused(embedded, "message size exceeds max: 1048577 bytes");
    }
  }

  @Test
  void aBombEndsItsConnectionBeforeItTakesMemory() throws Exception {
    byte[] zeros = new byte[8 << 20];
    try (EmbeddedLink embedded = agreed()) {
      embedded.receive(frame(compressed(ByteString.copyFrom(zeros))));
      assertRefused(embedded, "message size exceeds max: 8388608 bytes");
    }
    try (EmbeddedLink embedded = agreed()) {
      embedded.receive(frame(compressed(ByteString.copyFrom(zeros, 0, 1 << 20))));
      assertRefused(embedded, "compressed message refused: more than 64 times its length");
    }
  }

  @Test
  void whatIsNoFrameOrNoMessageEndsItsConnection() throws Exception {
    try (EmbeddedLink embedded = agreed()) {
      embedded.receive(frame(noise(1000).toByteArray()));
      assertRefused(embedded, "compressed message refused: no zstd frame");
    }
    try (EmbeddedLink embedded = agreed()) {
      embedded.receive(frame(compressed(ByteString.copyFromUtf8("text ".repeat(100)))));
      assertRefused(embedded, "not a protobuf message of rollup.v1");
    }
    try (EmbeddedLink embedded = agreed()) {
      byte[] broken = compressed(ofSize(20_000).toByteString());
      broken[broken.length - 1] ^= 1;
      embedded.receive(frame(broken));
      assertRefused(embedded, "compressed message refused: ");
    }
  }

  @Test
  void whatIsAboutToComeOutCountsTowardTheInboundBuffer() throws Exception {
    ByteString text = ofSize(1 << 20).toByteString();
    byte[] frame = frame(compressed(text));
    try (EmbeddedLink embedded = agreed()) {
      // What others hold leaves room for the frame, and not for the message in it.
      InboundBudget.Share others = embedded.inbound.share(embedded.link);
      others.holds(EmbeddedLink.MAX_MESSAGE_SIZE - 100);
      assertThat(frame.length).isLessThan(1 << 20);
      embedded.receive(frame);

      assertThat(embedded.link.ended()).isTrue();
      DisconnectMessage goodbye = embedded.nextSent().orElseThrow().getDisconnect();
      assertThat(goodbye.getReason()).isEqualTo(DisconnectMessage.Reason.THROTTLED);
      assertThat(goodbye.getDetails()).contains("inbound-buffer");
      assertThat(embedded.recorded.hasMessage()).isFalse();
      others.holds(0);
      assertThat(embedded.inbound.utilization()).isZero();
    }
  }

  // ---- helpers

  private record Written(boolean compressed, ByteString bytes, Message message) {}

  private static EmbeddedLink agreed() {
    EmbeddedLink embedded = new EmbeddedLink(ZSTD);
    var _ = embedded.admit();
    return embedded;
  }

  private static void send(EmbeddedLink embedded, Message message) {
    OutboundFrame frame = embedded.link.context().frames().encode(message);
    embedded.link.send(frame, Delivery.IGNORED);
    frame.release();
  }

  private static void assertRefused(EmbeddedLink embedded, String details) throws Exception {
    assertThat(embedded.link.ended()).isTrue();
    DisconnectMessage goodbye = embedded.nextSent().orElseThrow().getDisconnect();
    assertThat(goodbye.getReason()).isEqualTo(DisconnectMessage.Reason.PROTOCOL_ERROR);
    assertThat(goodbye.getDetails()).startsWith(details);
    assertThat(embedded.recorded.hasMessage()).isFalse();
    assertThat(embedded.inbound.utilization()).isZero();
  }

  private Written written(EmbeddedLink embedded) throws Exception {
    embedded.channel.runPendingTasks();
    ByteBuf bytes = embedded.channel.readOutbound();
    try {
      return next(bytes.nioBuffer());
    } finally {
      bytes.release();
    }
  }

  private static ByteBuffer stream(EmbeddedLink embedded) {
    embedded.channel.runPendingTasks();
    ByteString all = ByteString.EMPTY;
    for (ByteBuf bytes = embedded.channel.readOutbound();
        bytes != null;
        bytes = embedded.channel.readOutbound()) {
      all = all.concat(ByteString.copyFrom(bytes.nioBuffer()));
      bytes.release();
    }
    return all.asReadOnlyByteBuffer();
  }

  private Written next(ByteBuffer stream) throws Exception {
    int prefix = stream.getInt();
    byte[] body = new byte[prefix & Integer.MAX_VALUE];
    stream.get(body);
    boolean compressed = prefix < 0;
    byte[] message = compressed ? zstd.decompress(body, zstd.contentSize(body, 1 << 20)) : body;
    return new Written(compressed, ByteString.copyFrom(body), Message.parseFrom(message));
  }

  private byte[] compressed(ByteString message) {
    byte[] target = new byte[zstd.mostCompressed(message.size())];
    int length = zstd.compress(ByteBuffer.wrap(message.toByteArray()), ByteBuffer.wrap(target));
    return Arrays.copyOf(target, length);
  }

  private static byte[] frame(byte[] compressed) {
    byte[] frame = RawSocketPeer.frame(ByteString.copyFrom(compressed));
    frame[0] |= (byte) 0x80;
    return frame;
  }

  private static byte[] prefix(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  /** A message of exactly this size, half of it noise and half of it zeros, in turns. */
  private static Message ofSize(int size) {
    Message some = block(mixed(size));
    Message exact = block(mixed(size - (some.getSerializedSize() - size)));
    assertThat(exact.getSerializedSize()).isEqualTo(size);
    return exact;
  }

  private static ByteString mixed(int size) {
    byte[] bytes = noise(size).toByteArray();
    for (int i = 0; i < size; i += 64) {
      Arrays.fill(bytes, i, Math.min(i + 48, size), (byte) 0);
    }
    return ByteString.copyFrom(bytes);
  }

  private static ByteString noise(int size) {
    byte[] noise = new byte[size];
    new Random(size).nextBytes(noise);
    return ByteString.copyFrom(noise);
  }

  private static Message block(ByteString data) {
    return Message.newBuilder().setBlock(Block.newBuilder().setBlockData(data)).build();
  }
}
