package io.rollcall.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How much one read takes of a socket that was accepted: until its peer is admitted what is missing
 * of the frame that is being read, and {@value #MOST_BYTES} bytes at most; so nothing lies in a
 * buffer that a peer sent behind its hello. On TLS, whose bytes do not tell what a frame misses, as
 * many at a time. From then on as much as usual. Event loop.
 *
 * <p>One object for both times, because a channel asks for its allocator once.
 */
final class FirstReads implements RecvByteBufAllocator {

  static final int MOST_BYTES = 1024;

  private final RecvByteBufAllocator usual;
  private IntSupplier missing = () -> MOST_BYTES;
  private boolean over;

  private FirstReads(RecvByteBufAllocator usual) {
    this.usual = usual;
  }

  /** Takes the place of the allocator that the channel has, which is the usual one later. */
  static FirstReads of(Channel channel) {
    FirstReads reads = new FirstReads(channel.config().getRecvByteBufAllocator());
    channel.config().setRecvByteBufAllocator(reads);
    return reads;
  }

  /** Who knows how many bytes are missing; at least 1. */
  void missing(IntSupplier bytes) {
    missing = bytes;
  }

  /** The peer is admitted. */
  void over() {
    over = true;
  }

  @Override
  @SuppressWarnings("deprecation") // It is what a channel asks for.
  public Handle newHandle() {
    return new Reads(usual.newHandle());
  }

  @SuppressWarnings("deprecation") // As above.
  private final class Reads extends DelegatingHandle implements ExtendedHandle {

    private @Nullable ChannelConfig config;
    private int readsInTurn;

    private Reads(RecvByteBufAllocator.Handle usual) {
      super(usual);
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator buffers) {
      return over ? super.allocate(buffers) : buffers.ioBuffer(guess());
    }

    @Override
    public int guess() {
      return over ? super.guess() : Math.min(missing.getAsInt(), MOST_BYTES);
    }

    @Override
    public void reset(ChannelConfig config) {
      this.config = config;
      readsInTurn = 0;
      super.reset(config);
    }

    @Override
    public void incMessagesRead(int messages) {
      readsInTurn += messages;
      super.incMessagesRead(messages);
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
      if (!over) {
        return readsLength(maybeMoreData);
      }
      return delegate() instanceof ExtendedHandle extended
          ? extended.continueReading(maybeMoreData)
          : delegate().continueReading();
    }

    /**
     * Behind a frame's length the rest of it is there most often: that needs no turn of its own.
     * NIO does not ask this way; there the usual rule holds, to go on while reads are full.
     */
    private boolean readsLength(UncheckedBooleanSupplier maybeMoreData) {
      return readsInTurn == 1
          && guess() < MOST_BYTES
          && config != null
          && config.isAutoRead()
          && maybeMoreData.get();
    }
  }
}
