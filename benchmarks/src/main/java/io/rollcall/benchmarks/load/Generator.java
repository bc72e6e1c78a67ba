package io.rollcall.benchmarks.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The event loop of a run and its connections. One run at a time. */
public final class Generator implements AutoCloseable {

  /** So many connections are dialled at a time, less than a server's backlog. */
  private static final int DIALS = 64;

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final EventLoopGroup group;
  private final EventLoop loop;
  private final List<Peer> peers = new ArrayList<>();
  private CompletableFuture<Void> failure = new CompletableFuture<>();

  /** Starts its thread with the first connection. */
  public Generator() {
    group =
        new MultiThreadIoEventLoopGroup(
            1,
            new DefaultThreadFactory("load", true),
            Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    loop = group.next();
  }

  /** The one that everything of a run belongs to. */
  EventLoop loop() {
    return loop;
  }

  /** Connects all of them, in their order, and returns when the last one is. */
  void connect(int port, List<? extends Peer> newcomers) throws InterruptedException {
    failure = new CompletableFuture<>();
    List<ChannelFuture> dials = new ArrayList<>();
    for (Peer peer : newcomers) {
      if (dials.size() == DIALS) {
        settle(dials);
      }
      dials.add(dial(port, peer));
      peers.add(peer);
    }
    settle(dials);
  }

  private static void settle(List<ChannelFuture> dials) throws InterruptedException {
    for (ChannelFuture dial : dials) {
      dial.sync();
    }
    dials.clear();
  }

  /** Dials one, which has to be closed by whoever dialled it. */
  ChannelFuture dial(int port, Peer peer) {
    CompletableFuture<Void> failed = failure;
    Bootstrap bootstrap =
        new Bootstrap()
            .group(group)
            .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(64 * 1024))
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(peer).addLast(new FailureHandler(failed));
                  }
                });
    peer.configure(bootstrap);
    return bootstrap.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /** Runs something on the loop and waits for it. */
  <T> T call(Callable<T> task) throws InterruptedException {
    return await(CompletableFuture.supplyAsync(() -> unchecked(task), loop), LIMIT);
  }

  /** Waits this long, or until a peer failed, and then fails too. */
  void run(Duration duration) throws InterruptedException {
    try {
      failure.get(duration.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException nothingFailed) {
      // As it should be.
    } catch (ExecutionException failed) {
      throw new IllegalStateException("the load broke off", failed.getCause());
    }
  }

  /** Waits for a result, or for a peer's failure. */
  <T> T await(CompletableFuture<T> result, Duration limit) throws InterruptedException {
    var _ =
        failure.whenComplete((nothing, fault) -> {
          if (fault != null) {
            result.completeExceptionally(fault);
          }
        });
    try {
      return result.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      throw new IllegalStateException("no end within " + limit.toSeconds() + " s", late);
    } catch (ExecutionException failed) {
      throw new IllegalStateException("the load broke off", failed.getCause());
    }
  }

  /** Closes what {@link #connect} connected. */
  void disconnect() {
    for (Peer peer : peers) {
      peer.close().awaitUninterruptibly();
    }
    peers.clear();
  }

  /** Ends its thread, and with it every connection. */
  @Override
  public void close() {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }

  private static <T> T unchecked(Callable<T> task) {
    try {
      return task.call();
    } catch (RuntimeException failed) {
      throw failed;
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** What a peer throws ends the run. */
  private static final class FailureHandler extends ChannelInboundHandlerAdapter {

    private final CompletableFuture<Void> failure;

    private FailureHandler(CompletableFuture<Void> failure) {
      this.failure = failure;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      failure.completeExceptionally(cause);
    }
  }
}
