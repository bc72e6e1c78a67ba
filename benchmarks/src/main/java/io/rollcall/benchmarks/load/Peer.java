package io.rollcall.benchmarks.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Pong;
import org.jspecify.annotations.Nullable;

/** One connection: cuts what comes into frames, and answers pings. */
abstract class Peer extends ChannelInboundHandlerAdapter {

  private static final byte[] PONG =
      Frames.of(
          Message.newBuilder()
              .setSenderId("bench")
              .setPong(Pong.newBuilder().setTimestamp(1))
              .build());

  private final Fields fields = new Fields();
  private @Nullable ByteBuf partial;
  private @Nullable ChannelHandlerContext context;
  private volatile boolean closing;

  /** One frame, without its length; the bytes are there until it returns. */
  abstract void frame(ByteBuf bytes, int start, int length);

  /** What came in one read was handed over; what was written meanwhile leaves after this. */
  void readDone() {}

  /** The server ended the connection. */
  void lost(String why) {
    throw new IllegalStateException("the server ended a connection " + why);
  }

  /** Where to write; once connected. */
  final ChannelHandlerContext context() {
    ChannelHandlerContext present = context;
    if (present == null) {
      throw new IllegalStateException("not connected");
    }
    return present;
  }

  /** A buffer to be written. */
  final ByteBuf buffer(int size) {
    return context().alloc().directBuffer(size);
  }

  /** Writes a copy, to leave with the next flush. */
  final void write(byte[] bytes) {
    write(buffer(bytes.length).writeBytes(bytes));
  }

  /** Writes it, to leave with the next flush; a failure ends the connection, which is noticed. */
  final void write(ByteBuf bytes) {
    var _ = context().write(bytes);
  }

  /** Sets options of its socket. */
  void configure(Bootstrap bootstrap) {}

  /** Ends the connection from this side. */
  final ChannelFuture close() {
    closing = true;
    return context().close();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    if (partial != null) {
      partial.writeBytes(in);
      in.release();
      in = partial;
      partial = null;
    }
    try {
      while (in.readableBytes() >= Frames.PREFIX) {
        int start = in.readerIndex() + Frames.PREFIX;
        int length = in.getInt(in.readerIndex());
        if (in.readableBytes() < Frames.PREFIX + length) {
          break;
        }
        frame(in, start, length);
        in.skipBytes(Frames.PREFIX + length);
      }
      if (in.isReadable()) {
        partial = ctx.alloc().directBuffer(Math.max(1024, 2 * in.readableBytes())).writeBytes(in);
      }
    } finally {
      in.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    readDone();
    ctx.flush();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (partial != null) {
      partial.release();
      partial = null;
    }
    if (!closing) {
      lost("without a word");
    }
  }

  /**
   * The payload of a Message.
   *
   * @return at its payload, or null when the transport's own rules answer it
   */
  final @Nullable Fields payload(ByteBuf bytes, int start, int length) {
    fields.of(bytes, start, length);
    while (fields.next()) {
      switch (fields.number()) {
        case Message.SENDER_ID_FIELD_NUMBER -> {}
        case Message.PING_FIELD_NUMBER -> {
          write(PONG);
          return null;
        }
        case Message.DISCONNECT_FIELD_NUMBER -> {
          closing = true;
          lost("with a disconnect");
          return null;
        }
        default -> {
          return fields;
        }
      }
    }
    return null;
  }
}
