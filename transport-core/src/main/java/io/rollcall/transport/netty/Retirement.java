package io.rollcall.transport.netty;

import io.netty.channel.ChannelOption;
import io.rollcall.transport.CloseReason;
import java.time.Duration;

/**
 * Ends a connection whose place another of the same identity took, once everything is read that had
 * arrived at this machine by then. It is until nothing more comes; or as many bytes came as the
 * socket can have held, from a peer that goes on sending; or, where the handler's queue stays full,
 * until a time limit. What was taken from the socket is handled in any case.
 *
 * <p>Lives on the connection's event loop, which has its turns meanwhile.
 */
final class Retirement {

  static final String REPLACED = "replaced by a newer connection of the same identity";

  /** How long a full queue is waited for. */
  static final Duration LIMIT = Duration.ofSeconds(10);

  private static final long LOOK_NANOS = Duration.ofMillis(1).toNanos();

  private static final long LOOK_PAUSED_NANOS = Duration.ofMillis(10).toNanos();

  /** The socket is asked between two looks; the first may come too soon after the start. */
  private static final int QUIET_LOOKS = 2;

  /** Where the socket does not say what it holds; as much as Linux gives without being told. */
  private static final int USUAL_RECEIVE_BUFFER = 6 << 20;

  private final Link link;
  private final long began;
  private final long mostBytes;
  private long seenBytes;
  private int quietLooks;

  private Retirement(Link link) {
    this.link = link;
    this.began = link.nanoTime();
    this.seenBytes = link.bytesRead();
    Integer held = link.channel().config().getOption(ChannelOption.SO_RCVBUF);
    this.mostBytes = seenBytes + (held == null ? USUAL_RECEIVE_BUFFER : held);
  }

  /** Any thread. */
  static void begin(Link link) {
    link.execute(() -> new Retirement(link).lookLater());
  }

  private void lookLater() {
    link.schedule(this::look, link.reading() ? LOOK_NANOS : LOOK_PAUSED_NANOS);
  }

  private void look() {
    if (link.ended()) {
      return;
    }
    long bytes = link.bytesRead();
    boolean quiet = link.reading() && bytes == seenBytes;
    quietLooks = quiet ? quietLooks + 1 : 0;
    seenBytes = bytes;
    if (quietLooks >= QUIET_LOOKS
        || bytes >= mostBytes
        || link.nanoTime() - began >= LIMIT.toNanos()) {
      DispatchHandler dispatch = link.channel().pipeline().get(DispatchHandler.class);
      if (dispatch != null) {
        dispatch.takeAll();
      }
      link.close(CloseReason.THROTTLED, REPLACED);
    } else {
      lookLater();
    }
  }
}
