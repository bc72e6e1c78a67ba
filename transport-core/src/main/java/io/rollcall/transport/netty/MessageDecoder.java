package io.rollcall.transport.netty;

import com.google.protobuf.ByteString;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.rollcall.proto.v1.Message;
import io.rollcall.transport.InboundMessage;

/** Frames of an admitted connection to messages; what is none ends it with PROTOCOL_ERROR. */
final class MessageDecoder extends ChannelInboundHandlerAdapter {

  private final NettyConnection connection;

  MessageDecoder(NettyConnection connection) {
    this.connection = connection;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object frame) {
    ByteString encoded = (ByteString) frame;
    Link link = connection.link();
    Message message = link.context().codec().decode(encoded);
    link.messageCame(message.getPayloadCase(), encoded.size());
    ctx.fireChannelRead(
        new InboundMessage(connection.id(), connection.identity(), message, encoded));
  }
}
