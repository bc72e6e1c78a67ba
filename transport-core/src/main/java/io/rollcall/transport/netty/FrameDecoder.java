package io.rollcall.transport.netty;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.Compression;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.codec.LengthPrefix;
import io.rollcall.transport.compression.ZstdCodec;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Bytes to frames: first handler of every pipeline. Passes each frame on as one {@link ByteString},
 * and says when no more follow for now, as a channel does after a read.
 *
 * <p>Nothing is allocated from a length field: a frame's array grows, by doubling, with the bytes
 * that came, and counts toward the inbound budget until it is complete. One that was compressed, as
 * the link may have agreed, is decompressed here: what it says is in it is checked against the same
 * limit as a length, and counts with it, before it is allocated. While the link does not read, what
 * a read brought in excess waits here undecoded; that is at most what the socket gives in the read
 * that was under way. Only when the peer ends its stream meanwhile, epoll channels take everything
 * that the kernel still has, asked or not: that counts toward the inbound budget too.
 */
final class FrameDecoder extends ChannelInboundHandlerAdapter {

  /** Tells a connection's first frame apart. */
  @FunctionalInterface
  interface FirstByteListener {

    /**
     * Called once, on the event loop, when the first byte of the first frame came.
     *
     * @return most bytes that this frame may have
     */
    int firstByteCame(byte first);
  }

  /** Takes frames that come again and again straight from the socket's bytes. */
  @FunctionalInterface
  interface Shortcut {

    /**
     * Looks at a frame that came in one piece. Event loop.
     *
     * @param index of its first byte behind the prefix
     * @return whether it is dealt with; else it goes on as any other
     */
    boolean takes(ByteBuf bytes, int index, int length);
  }

  private static final int SMALLEST_ARRAY = 256;
  private static final byte[] NO_FRAME = {};

  private final Link link;
  private final InboundBudget.Share share;
  private final Deque<ByteBuf> waiting = new ArrayDeque<>(1);

  private int limit;
  private @Nullable FirstByteListener first;
  private Consumer<TransportException> onUnreadable;
  private Shortcut shortcut = (bytes, index, length) -> false;
  private @Nullable ChannelHandlerContext context;

  private int prefix;
  private int prefixBytes;
  private int length;
  private boolean compressed;
  private byte[] body = NO_FRAME;
  private int bodyBytes;
  private boolean inputOver;
  private boolean ignoring;

  // What the budget is told of: the part of a frame, and what came while nobody read.
  private int countedBody;
  private long unasked;
  private long mostUnasked = Long.MAX_VALUE;

  FrameDecoder(Link link) {
    this.link = link;
    this.share = link.context().inbound().share(link);
    this.limit = link.context().settings().maxMessageSize();
    this.onUnreadable = problem -> ErrorHandler.end(link, problem);
    link.onResume(this::resume);
  }

  /**
   * Before anything came: the first frame is something else than those that follow.
   *
   * @param limit most bytes it may have, as far as its length alone can tell
   */
  void expectFirst(int limit, FirstByteListener listener) {
    this.limit = limit;
    this.first = listener;
  }

  /** Who decides about bytes that are no frame; else they end the link. */
  void onUnreadable(Consumer<TransportException> decision) {
    onUnreadable = decision;
  }

  /** From now on some frames go another way. */
  void shortcut(Shortcut way) {
    shortcut = way;
  }

  /** Most bytes that may come while nobody reads; with more the link is cut. */
  void mostUnasked(long bytes) {
    mostUnasked = bytes;
  }

  /** Nothing came in time, so the first frame is like all others. */
  void expectNothingSpecial() {
    first = null;
    limit = link.context().settings().maxMessageSize();
  }

  /** From now on everything that comes is thrown away; the end of the stream is still seen. */
  void ignore() {
    ignoring = true;
    forget();
  }

  /** How many bytes to ask for: those missing of a length and the byte behind it, or of a frame. */
  int missing() {
    if (ignoring || link.ended() || !link.reading()) {
      return Integer.MAX_VALUE;
    }
    return prefixBytes < LengthPrefix.BYTES
        ? LengthPrefix.BYTES - prefixBytes + 1
        : length - bodyBytes;
  }

  /** Whether any byte of a frame that is not complete has come. */
  boolean insideFrame() {
    return prefixBytes > 0;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    link.bytesCame(bytes.readableBytes());
    waiting.addLast(bytes);
    if (!link.reading() && !link.ended()) {
      unasked += bytes.capacity();
      count();
      if (unasked > mostUnasked) {
        link.cut(
            CloseReason.THROTTLED,
            "more than " + mostUnasked + " bytes came before the handshake was over",
            Operation.READ);
      }
    }
    decodeWaiting();
  }

  private void count() {
    share.holds(unasked + countedBody);
  }

  private void resume() {
    decodeWaiting();
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      ctx.fireChannelReadComplete();
    }
  }

  private void decodeWaiting() {
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      return;
    }
    while (!waiting.isEmpty() && (link.reading() || link.ended())) {
      ByteBuf bytes = waiting.peekFirst();
      decode(ctx, bytes);
      if (!bytes.isReadable()) {
        waiting.removeFirst().release();
      }
    }
    if (waiting.isEmpty() && unasked > 0) {
      unasked = 0;
      count();
    }
    if (link.ended()) {
      forget();
    } else if (insideFrame()) {
      link.keepAlive().frameBegan(link.nanoTime());
    }
    tellInputOver();
  }

  /**
   * Not while the link is kept from reading: what came before the end may still be waiting behind
   * this handler.
   */
  private void tellInputOver() {
    if (inputOver && waiting.isEmpty() && (link.reading() || link.ended())) {
      link.inputOver(insideFrame());
    }
  }

  private void decode(ChannelHandlerContext ctx, ByteBuf bytes) {
    try {
      while (bytes.isReadable() && link.reading() && !link.ended() && !ignoring) {
        ByteString frame = next(bytes);
        if (frame != null) {
          link.keepAlive().frameCompleted();
          ctx.fireChannelRead(frame);
        }
      }
    } catch (TransportException refused) {
      onUnreadable.accept(refused);
    }
    if (link.ended() || ignoring) {
      bytes.skipBytes(bytes.readableBytes());
    }
  }

  /** One step: a frame if these bytes complete one; else they are used up. */
  private @Nullable ByteString next(ByteBuf bytes) {
    if (prefixBytes == 0 && bytes.readableBytes() >= LengthPrefix.BYTES) {
      prefix = bytes.readInt();
      prefixBytes = LengthPrefix.BYTES;
      prefixCame();
    }
    while (prefixBytes < LengthPrefix.BYTES) {
      if (!bytes.isReadable()) {
        return null;
      }
      prefix = prefix << Byte.SIZE | bytes.readUnsignedByte();
      prefixBytes++;
      if (prefixBytes == LengthPrefix.BYTES) {
        prefixCame();
      }
    }
    if (!bytes.isReadable()) {
      return null;
    }
    if (first != null) {
      FirstByteListener listener = first;
      first = null;
      int firstLimit = listener.firstByteCame(bytes.getByte(bytes.readerIndex()));
      limit = link.context().settings().maxMessageSize();
      if (link.ended() || ignoring) {
        return null;
      }
      LengthPrefix.length(prefix, firstLimit);
    }
    if (bodyBytes == 0
        && !compressed
        && bytes.readableBytes() >= length
        && shortcut.takes(bytes, bytes.readerIndex(), length)) {
      bytes.skipBytes(length);
      forget();
      link.keepAlive().frameCompleted();
      return null;
    }
    int count = Math.min(bytes.readableBytes(), length - bodyBytes);
    makeRoom(bodyBytes + count);
    bytes.readBytes(body, bodyBytes, count);
    bodyBytes += count;
    return bodyBytes == length ? complete() : null;
  }

  private void prefixCame() {
    compressed = link.compression() != Compression.NONE && LengthPrefix.isCompressed(prefix);
    length = LengthPrefix.length(compressed ? LengthPrefix.plain(prefix) : prefix, limit);
  }

  /** At the last step the array has exactly the frame's length. */
  private void makeRoom(int needed) {
    if (needed <= body.length) {
      return;
    }
    byte[] larger =
        new byte[Math.min(length, Math.max(needed, Math.max(SMALLEST_ARRAY, 2 * body.length)))];
    System.arraycopy(body, 0, larger, 0, bodyBytes);
    body = larger;
    if (needed < length) {
      countedBody = larger.length;
      count();
    }
  }

  private @Nullable ByteString complete() {
    byte[] frame = compressed ? decompress() : body;
    forget();
    // Nobody else has the array, so it may become the frame without a copy.
    return frame == null ? null : UnsafeByteOperations.unsafeWrap(frame);
  }

  private byte @Nullable [] decompress() {
    ZstdCodec zstd = link.context().zstd().orElseThrow();
    int size = zstd.contentSize(body, limit);
    countedBody = body.length + size;
    count();
    if (link.ended()) {
      // The bound was passed, and this connection is the one that has to go.
      return null;
    }
    byte[] message = zstd.decompress(body, size);
    link.compressedCame(size, body.length);
    return message;
  }

  private void forget() {
    if (countedBody > 0) {
      countedBody = 0;
      count();
    }
    body = NO_FRAME;
    bodyBytes = 0;
    prefix = 0;
    prefixBytes = 0;
    length = 0;
    compressed = false;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      inputOver = true;
      tellInputOver();
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    throwAway();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    throwAway();
  }

  private void throwAway() {
    waiting.forEach(ByteBuf::release);
    waiting.clear();
    unasked = 0;
    forget();
    count();
  }
}
