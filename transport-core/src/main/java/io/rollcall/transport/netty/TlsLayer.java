package io.rollcall.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * TLS of one connection, below its frames, on either side:
 *
 * <pre>
 * bytes  tls-records   tls          tls-frames    frames ...
 *        Records       SslHandler   Frames        FrameDecoder
 * </pre>
 *
 * <p>Until TLS is established the link is silent, and has {@link #MOST_BYTES_BEFORE} bytes for it.
 * What a peer that is not on TLS sends is never decoded. Everything here happens on the event loop.
 */
final class TlsLayer {

  /** Most bytes that a peer may send before TLS is established: room for a long certificate. */
  static final int MOST_BYTES_BEFORE = 32 * 1024;

  /** Most bytes of a record, by TLS 1.3: 2^14 and 256 for what encryption adds. */
  static final int MOST_BYTES_OF_RECORD = (1 << 14) + 256;

  /** Frames are given to TLS in parts of one record. */
  private static final int SLICE_BYTES = 1 << 14;

  private static final int HEADER_BYTES = 5;

  /**
   * A fatal alert, "unexpected message": those who do not speak TLS may know it when they see it.
   */
  private static final byte[] ALERT = {21, 3, 3, 0, 2, 2, 10};

  private final Link link;
  private final TlsPeer peer;
  private final SSLEngine engine;
  private final SslHandler handler;
  private final Runnable established;
  private boolean over;

  /**
   * Puts TLS before a link's frames, and begins.
   *
   * @param link silent until TLS is established
   * @param peer what the other end is, for whoever reads why it failed
   * @param arithmetic runs what takes long
   * @param established what to do then; the link can speak
   */
  static void begin(
      Link link, TlsPeer peer, SSLEngine engine, Executor arithmetic, Runnable established) {
    TlsLayer layer = new TlsLayer(link, peer, engine, arithmetic, established);
    link.channel()
        .pipeline()
        .addBefore(ConnectionPipeline.FRAMES, Tls.RECORDS, layer.new Records())
        .addBefore(ConnectionPipeline.FRAMES, "tls", layer.handler)
        .addBefore(ConnectionPipeline.FRAMES, "tls-frames", layer.new Frames());
    // What lies in it undecoded is given back now; an event loop that ends may not come to it.
    link.channel().closeFuture().addListener(closed -> layer.leave());
  }

  /** The link has ended, so what TLS lets go of is thrown away. */
  private void leave() {
    ChannelHandlerContext tls = link.channel().pipeline().context(handler);
    if (tls != null && !tls.isRemoved()) {
      link.channel().pipeline().remove(handler);
    }
  }

  private TlsLayer(
      Link link, TlsPeer peer, SSLEngine engine, Executor arithmetic, Runnable established) {
    this.link = link;
    this.peer = peer;
    this.engine = engine;
    this.handler = Tls.handler(engine, arithmetic);
    this.established = established;
  }

  /** TLS is over; what it had to say to the peer has left, or leaves now. */
  private void fail(TransportException why) {
    over = true;
    link.failUnsaid(
        why.reason(),
        String.valueOf(why.getMessage()),
        link.silent() ? Operation.HANDSHAKE : Operation.READ);
    // Behind what it does in this turn, its alert above all. What it has not decoded it would hold
    // until the socket closes, and give up without giving it back if the event loop ends before.
    link.execute(this::leave);
  }

  private TransportException problem(Throwable cause) {
    return link.silent() ? peer.handshakeFailed(cause, engine) : peer.broke(cause, engine);
  }

  /** Sees to it that nothing but TLS comes to TLS, and of that no more than it needs. */
  private final class Records extends ChannelDuplexHandler {

    private final ByteBuf header = Unpooled.buffer(HEADER_BYTES, HEADER_BYTES);
    private int leftOfRecord;
    private int came;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      if (over || (link.ended() && link.silent()) || !isFine(ctx, bytes)) {
        bytes.release();
        return;
      }
      ctx.fireChannelRead(bytes);
    }

    private boolean isFine(ChannelHandlerContext ctx, ByteBuf bytes) {
      if (link.silent()) {
        came += bytes.readableBytes();
        if (came > MOST_BYTES_BEFORE) {
          fail(
              new TransportException(
                  CloseReason.PROTOCOL_ERROR,
                  "more than %d bytes came before TLS was established"
                      .formatted(MOST_BYTES_BEFORE)));
          return false;
        }
      }
      for (int at = bytes.readerIndex(); at < bytes.writerIndex(); ) {
        if (leftOfRecord > 0) {
          int step = Math.min(leftOfRecord, bytes.writerIndex() - at);
          leftOfRecord -= step;
          at += step;
          continue;
        }
        header.writeByte(bytes.getByte(at));
        at++;
        if (!headerIsFine(ctx)) {
          return false;
        }
      }
      return true;
    }

    private boolean headerIsFine(ChannelHandlerContext ctx) {
      int first = header.getUnsignedByte(0);
      boolean tls = first >= 20 && first <= 23;
      if (header.readableBytes() > 1) {
        tls &= header.getByte(1) == 3;
      }
      if (!tls) {
        if (link.silent()) {
          if (peer == TlsPeer.CLIENT) {
            var _ = ctx.writeAndFlush(Unpooled.wrappedBuffer(ALERT));
          }
          fail(peer.isPlain());
        } else {
          fail(new TransportException(CloseReason.PROTOCOL_ERROR, "bytes came that are not TLS"));
        }
        return false;
      }
      if (header.readableBytes() == HEADER_BYTES) {
        leftOfRecord = header.getUnsignedShort(3);
        header.clear();
        if (leftOfRecord > MOST_BYTES_OF_RECORD) {
          fail(
              new TransportException(
                  CloseReason.PROTOCOL_ERROR,
                  "a TLS record of %d bytes came, at most %d are allowed"
                      .formatted(leftOfRecord, MOST_BYTES_OF_RECORD)));
          return false;
        }
      }
      return true;
    }

    /**
     * TLS gives up, behind its alert. Closing now could destroy that, and nobody has said yet what
     * the matter is; so the link does it, in a moment.
     */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
      over = true;
      ctx.channel().closeFuture().addListener(closed -> promise.trySuccess());
      link.execute(() ->
          link.failUnsaid(
              CloseReason.PROTOCOL_ERROR,
              "TLS ended without a word",
              link.silent() ? Operation.HANDSHAKE : Operation.READ));
    }
  }

  /**
   * Between TLS and frames. Out: gives TLS no more than the socket takes soon, because each
   * connection's ciphertext is its own, while frames are shared. In: what TLS has to tell.
   */
  private final class Frames extends ChannelDuplexHandler {

    private record Part(ByteBuf bytes, ChannelPromise whenWritten) {}

    private final Deque<Part> waiting = new ArrayDeque<>(1);
    private boolean writing;

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      waiting.addLast(new Part((ByteBuf) message, promise));
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
      writeOn(ctx);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      writeOn(ctx);
      ctx.fireChannelWritabilityChanged();
    }

    private void writeOn(ChannelHandlerContext ctx) {
      if (writing) {
        return; // A flush below tells that there is room.
      }
      writing = true;
      try {
        Channel channel = ctx.channel();
        while (!waiting.isEmpty() && channel.isWritable()) {
          while (!waiting.isEmpty() && channel.isWritable()) {
            writeSlice(ctx);
          }
          ctx.flush();
        }
      } finally {
        writing = false;
      }
    }

    private void writeSlice(ChannelHandlerContext ctx) {
      Part part = waiting.peekFirst();
      if (part.bytes.readableBytes() > SLICE_BYTES) {
        var _ = ctx.write(part.bytes.readRetainedSlice(SLICE_BYTES));
      } else {
        waiting.removeFirst();
        // Of exactly its length, so that nothing can be appended to what others share.
        ByteBuf last = part.bytes.readRetainedSlice(part.bytes.readableBytes());
        part.bytes.release();
        var _ = ctx.write(last, part.whenWritten);
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      switch (event) {
        case SslHandshakeCompletionEvent done when done.isSuccess() -> succeeded();
        case SslHandshakeCompletionEvent failed -> fail(problem(failed.cause()));
        case SslCloseCompletionEvent closed when closed.isSuccess() ->
            // Its peer may keep the socket's own half open.
            ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        default -> ctx.fireUserEventTriggered(event);
      }
    }

    private void succeeded() {
      if (link.ended()) {
        return;
      }
      peer.invalidNow(engine)
          .ifPresentOrElse(
              TlsLayer.this::fail,
              () -> {
                link.speak();
                established.run();
              });
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      Throwable known =
          cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
      if (known instanceof SSLException) {
        fail(problem(known));
      } else {
        ctx.fireExceptionCaught(known);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      giveUp();
      ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
      giveUp();
    }

    private void giveUp() {
      for (Part part = waiting.pollFirst(); part != null; part = waiting.pollFirst()) {
        part.bytes.release();
        part.whenWritten.tryFailure(new ClosedChannelException());
      }
    }
  }
}
