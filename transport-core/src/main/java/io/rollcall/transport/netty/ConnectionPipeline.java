package io.rollcall.transport.netty;

import io.netty.channel.ChannelPipeline;
import io.rollcall.transport.dispatch.Inbox;
import io.rollcall.transport.dispatch.MessageDispatcher;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The handlers of a connection in their order, the same on both sides. Between the first and the
 * second stands, until the peer is admitted, the handshake of that side:
 *
 * <pre>
 * bytes  frames      [handshake]  messages         keep-alive         dispatch          errors
 *        FrameDecoder             MessageDecoder   KeepAliveHandler   DispatchHandler   ErrorHandler
 * </pre>
 *
 * <p>On TLS the handlers of {@link TlsLayer} stand before them. Beside those nothing is written
 * through the pipeline: a {@link Link} gives whole frames to the channel.
 */
final class ConnectionPipeline {

  static final String FRAMES = "frames";
  static final String HANDSHAKE = "handshake";
  static final String MESSAGES = "messages";
  static final String KEEP_ALIVE = "keep-alive";
  static final String DISPATCH = "dispatch";
  static final String ERRORS = "errors";

  private ConnectionPipeline() {}

  /** What every link has from the start. */
  static FrameDecoder begin(Link link) {
    FrameDecoder frames = new FrameDecoder(link);
    link.channel().pipeline().addLast(FRAMES, frames).addLast(ERRORS, new ErrorHandler(link));
    return frames;
  }

  /**
   * Adds what an admitted connection has. On its event loop; frames that come afterwards are
   * messages.
   *
   * @return the queue of its handler, to which {@code opened} goes first
   */
  static Inbox admit(NettyConnection connection, MessageDispatcher dispatcher) {
    Link link = connection.link();
    link.agree(connection.compression());
    AtomicReference<@Nullable DispatchHandler> handler = new AtomicReference<>();
    Inbox inbox =
        dispatcher.open(
            link.id(),
            () -> {
              DispatchHandler dispatch = handler.get();
              if (dispatch != null) {
                runOn(link, dispatch::room);
              }
            });
    DispatchHandler dispatch = new DispatchHandler(link, inbox);
    handler.set(dispatch);
    ChannelPipeline pipeline = link.channel().pipeline();
    pipeline.addBefore(ERRORS, MESSAGES, new MessageDecoder(connection));
    KeepAliveHandler keepAlive = new KeepAliveHandler(link);
    pipeline.addBefore(ERRORS, KEEP_ALIVE, keepAlive);
    FrameDecoder frames = pipeline.get(FrameDecoder.class);
    if (frames != null) {
      frames.shortcut(keepAlive::takePing);
    }
    pipeline.addBefore(ERRORS, DISPATCH, dispatch);
    return inbox;
  }

  private static void runOn(Link link, Runnable task) {
    try {
      link.loop().execute(task);
    } catch (RejectedExecutionException loopEnded) {
      // Then the connection is gone, and nobody waits for room.
    }
  }
}
