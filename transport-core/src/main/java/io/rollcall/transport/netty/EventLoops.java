package io.rollcall.transport.netty;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns the event loops of one server or client: creates, names and ends their threads. On epoll
 * where that loads, else on NIO; which one is said at the start.
 */
final class EventLoops implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(EventLoops.class);

  private static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(5);

  private final EventLoopGroup group;
  private final boolean epoll;

  private EventLoops(EventLoopGroup group, boolean epoll) {
    this.group = group;
    this.epoll = epoll;
  }

  /**
   * Starts loops; their threads come with the first work.
   *
   * @param threadNamePrefix threads are called this, {@code -}, and two numbers
   */
  static EventLoops start(String threadNamePrefix, int threads) {
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    if (epoll) {
      log.info("{} runs on epoll, event loops: {}", threadNamePrefix, threads);
    } else {
      log.info(
          "{} runs on NIO, event loops: {}; without epoll there is no TCP user timeout, so a peer that vanished is noticed only by {} s of silence",
          threadNamePrefix,
          threads,
          KeepAliveHandler.SILENCE_SECONDS);
    }
    return new EventLoops(
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory(threadNamePrefix, true), io),
        epoll);
  }

  /**
   * As many loops as a server wants: one for every two processors. The others are for handlers and
   * for the kernel's half of the work; with a loop for each, both wait for the loops more than the
   * loops save.
   */
  static int serverThreads() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }

  EventLoopGroup group() {
    return group;
  }

  Class<? extends ServerChannel> serverChannelType() {
    return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  Class<? extends Channel> channelType() {
    return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  /**
   * Waits until every loop has done what it was given before: a socket that was accepted is a link
   * then. Not on one of its own threads.
   */
  void awaitTurn(Duration limit) throws InterruptedException {
    List<Future<?>> turns = new ArrayList<>();
    group.forEach(loop -> turns.add(loop.submit(() -> {})));
    long deadline = System.nanoTime() + limit.toNanos();
    for (Future<?> turn : turns) {
      var _ = turn.await(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    }
  }

  /** Ends the threads and waits for them, a few seconds at most. Not on one of its own threads. */
  @Override
  public void close() {
    Future<?> end = group.shutdownGracefully(0, SHUTDOWN_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    if (!end.awaitUninterruptibly(SHUTDOWN_LIMIT.toMillis())) {
      log.warn("event loops did not end within {}", SHUTDOWN_LIMIT);
    }
  }
}
