package io.rollcall.transport.netty;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Compression;
import io.rollcall.transport.CompressionSettings;
import io.rollcall.transport.ConnectionSettings;
import io.rollcall.transport.HandshakeVersion;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.codec.Codec;
import io.rollcall.transport.codec.ProtobufCodec;
import io.rollcall.transport.compression.ZstdCodec;
import io.rollcall.transport.dispatch.MessageDispatcher;
import io.rollcall.transport.metrics.MicrometerTransportMetrics;
import io.rollcall.transport.metrics.TransportMeters;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.testing.ManualClock;
import io.rollcall.transport.testing.RawSocketPeer;
import io.rollcall.transport.testing.RecordingHandler;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A link without a socket, whose time goes when a test says so. */
final class EmbeddedLink implements AutoCloseable {

  static final int MAX_MESSAGE_SIZE = 1 << 20;

  final EmbeddedChannel channel = new EmbeddedChannel();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final RecordingHandler recorded = new RecordingHandler();
  final OutboundBudget outbound = new OutboundBudget("outbound-buffer-total", 64L << 20);
  final InboundBudget inbound = new InboundBudget(2L * MAX_MESSAGE_SIZE);
  final Link link;
  private final Compression compression;
  final FrameDecoder frames;

  /** Without compression. */
  EmbeddedLink() {
    this(CompressionSettings.OFF);
  }

  EmbeddedLink(CompressionSettings compression) {
    this.compression = compression.algorithm();
    channel.freezeTime();
    ConnectionSettings defaults = ConnectionSettings.server();
    Optional<ZstdCodec> zstd = ZstdCodec.of(compression);
    Codec codec = new ProtobufCodec(MAX_MESSAGE_SIZE);
    link =
        Link.of(
            "link",
            channel,
            new LinkContext(
                new ConnectionSettings(
                    MAX_MESSAGE_SIZE,
                    defaults.readTimeout(),
                    defaults.writeTimeout(),
                    defaults.bufferSize(),
                    true,
                    defaults.keepAlivePeriod(),
                    2L * MAX_MESSAGE_SIZE,
                    2L * MAX_MESSAGE_SIZE,
                    defaults.stopTimeout(),
                    compression),
                codec,
                FrameEncoder.of(codec, outbound, zstd, compression.threshold()),
                zstd,
                inbound,
                SenderIds.SERVER,
                LinkContext.SERVER_GOODBYE,
                new MicrometerTransportMetrics(meters),
                new ManualClock(Instant.ofEpochSecond(1_700_000_000))));
    frames = ConnectionPipeline.begin(link);
  }

  /** From now on it is a connection, and what it was made for is agreed. */
  NettyConnection admit() {
    NettyConnection connection =
        new NettyConnection(
            link, new PeerIdentity.Unauthenticated(), HandshakeVersion.NONE, compression);
    var _ =
        ConnectionPipeline.admit(
            connection,
            new MessageDispatcher(
                "test-", MAX_MESSAGE_SIZE, recorded, recorded, TransportMetrics.NOOP));
    return connection;
  }

  void receive(byte... bytes) {
    channel.writeInbound(channel.alloc().buffer().writeBytes(bytes));
  }

  void receive(Message message) {
    receive(RawSocketPeer.frame(message.toByteString()));
  }

  /** The next frame that was passed on; only before {@link #admit}. */
  Optional<ByteString> nextFrame() {
    return Optional.ofNullable(channel.readInbound());
  }

  /** The next message that was written. */
  Optional<Message> nextSent() throws Exception {
    channel.runPendingTasks();
    ByteBuf sent = channel.readOutbound();
    if (sent == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Message.parseFrom(sent.skipBytes(4).nioBuffer()));
    } finally {
      sent.release();
    }
  }

  /** How often something of this kind was counted. */
  double errors(CloseReason reason, TransportMetrics.Operation operation) {
    return meters
        .get(TransportMeters.ERRORS.meterName())
        .tag("type", reason.name().toLowerCase(Locale.ROOT))
        .tag("operation", operation.name().toLowerCase(Locale.ROOT))
        .counter()
        .count();
  }

  /** How often anything was. */
  double errors() {
    return meters.get(TransportMeters.ERRORS.meterName()).counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  /** How many messages of this payload were counted. */
  double messages(String type, String direction) {
    return meters
        .get(TransportMeters.MESSAGES.meterName())
        .tag("type", type)
        .tag("direction", direction)
        .counter()
        .count();
  }

  void advance(Duration by) {
    channel.advanceTimeBy(by.toNanos(), TimeUnit.NANOSECONDS);
    channel.runScheduledPendingTasks();
    channel.runPendingTasks();
  }

  @Override
  public void close() {
    channel.finishAndReleaseAll();
  }
}
