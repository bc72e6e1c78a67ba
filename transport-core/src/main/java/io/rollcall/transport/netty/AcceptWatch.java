package io.rollcall.transport.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.metrics.TransportMetrics.Operation;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * On the listening socket: when a connection cannot be accepted, for want of file descriptors most
 * often, it says so, counts it, and accepts nothing for a second. Who waits stays in the system's
 * queue meanwhile.
 *
 * <p>Whether accepting works again shows only when somebody connects; so the trouble counts as over
 * when it is tried again and for two seconds no attempt failed. A pause that ends late, because the
 * machine is busy, is no success.
 */
final class AcceptWatch extends ChannelInboundHandlerAdapter {

  static final Duration PAUSE = Duration.ofSeconds(1);
  static final Duration OVER_AFTER_RETRY = Duration.ofSeconds(2);
  static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(AcceptWatch.class);

  private final TransportMetrics metrics;
  private final LongSupplier nanoTime;
  private final AtomicReference<Optional<Trouble>> trouble =
      new AtomicReference<>(Optional.empty());

  /** Failures in a row: what the system said, how often, and since when it is tried again. */
  private record Trouble(String text, long failures, OptionalLong retriedAt, long lastLineAt) {
    Trouble retried(long now) {
      return new Trouble(text, failures, OptionalLong.of(now), lastLineAt);
    }
  }

  AcceptWatch(TransportMetrics metrics, LongSupplier nanoTime) {
    this.metrics = metrics;
    this.nanoTime = nanoTime;
  }

  /** What keeps it from accepting at present, in the system's words. Any thread. */
  Optional<String> problem() {
    return trouble.get().filter(last -> !over(last, nanoTime.getAsLong())).map(Trouble::text);
  }

  private static boolean over(Trouble last, long now) {
    return last.retriedAt.isPresent()
        && now - last.retriedAt.getAsLong() >= OVER_AFTER_RETRY.toNanos();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object accepted) {
    Optional<Trouble> before = trouble.get();
    if (before.isPresent() && over(before.get(), nanoTime.getAsLong())) {
      trouble.set(Optional.empty());
      log.info("accepts connections again, after {} failures", before.get().failures);
    }
    ctx.fireChannelRead(accepted);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    metrics.error(CloseReason.NETWORK_ERROR, Operation.ACCEPT);
    String text = text(cause);
    if (text.contains("connection abort")) {
      // That one went away while it waited: nothing of ours is wrong, and the next may come.
      log.debug("a connection ended before it was accepted: {}", text);
      return;
    }
    failed(text);
    ctx.channel().config().setAutoRead(false);
    var _ =
        ctx.executor()
            .schedule(
                () -> {
                  trouble.updateAndGet(last -> last.map(it -> it.retried(nanoTime.getAsLong())));
                  ctx.channel().config().setAutoRead(true);
                },
                PAUSE.toNanos(),
                TimeUnit.NANOSECONDS);
  }

  private void failed(String text) {
    long now = nanoTime.getAsLong();
    Optional<Trouble> before = trouble.get().filter(last -> !over(last, now));
    long failures = before.map(Trouble::failures).orElse(0L) + 1;
    boolean say = before.isEmpty() || now - before.get().lastLineAt >= BETWEEN_LINES.toNanos();
    trouble.set(
        Optional.of(
            new Trouble(
                text,
                failures,
                OptionalLong.empty(),
                say ? now : before.orElseThrow().lastLineAt)));
    if (say) {
      log.warn(
          "cannot accept connections, trying again every second ({} failures so far): {}",
          failures,
          text);
    }
  }

  /** The system's words, without the call that failed. */
  private static String text(Throwable cause) {
    String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT).strip();
    return text.substring(text.lastIndexOf(": ") + 1).strip();
  }
}
