package io.rollcall.transport.netty;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.rollcall.transport.ConnectionSettings;
import java.time.Duration;
import jdk.net.ExtendedSocketOptions;

/** The socket options of every connection, on both sides. */
final class SocketOptions {

  /** The least TCP user timeout: shorter ones would cut peers that only lost a few packets. */
  private static final Duration LEAST_USER_TIMEOUT = Duration.ofSeconds(20);

  private static final int SMALLEST_READ = 1024;

  private static final ChannelOption<Integer> NIO_KEEPIDLE =
      NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE);

  private SocketOptions() {}

  /** Sets them; called when the channel is registered, before it reads. */
  static void apply(Channel channel, ConnectionSettings settings) {
    ChannelConfig config = channel.config();
    config.setOption(ChannelOption.TCP_NODELAY, true);
    config.setOption(ChannelOption.SO_KEEPALIVE, settings.keepAlive());
    // A peer that ends its stream may still be told why this side ends its own.
    config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    // One read per turn, so that a pause takes effect at once and loud peers take turns.
    config.setRecvByteBufAllocator(
        new AdaptiveRecvByteBufAllocator(SMALLEST_READ, SMALLEST_READ, settings.bufferSize())
            .maxMessagesPerRead(1));
    if (channel instanceof EpollSocketChannel) {
      config.setOption(
          EpollChannelOption.TCP_USER_TIMEOUT,
          millis(max(LEAST_USER_TIMEOUT, settings.writeTimeout())));
      if (settings.keepAlive()) {
        config.setOption(EpollChannelOption.TCP_KEEPIDLE, seconds(settings.keepAlivePeriod()));
      }
    } else if (settings.keepAlive()) {
      // Not of every system: where it is none, its own period stays, hours most often.
      config.setOption(NIO_KEEPIDLE, seconds(settings.keepAlivePeriod()));
    }
  }

  /** What the socket option can say. */
  private static int seconds(Duration duration) {
    return Math.clamp(duration.toSeconds(), 1, Short.MAX_VALUE);
  }

  private static Duration max(Duration a, Duration b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  private static int millis(Duration duration) {
    return (int) Math.min(duration.toMillis(), Integer.MAX_VALUE);
  }
}
