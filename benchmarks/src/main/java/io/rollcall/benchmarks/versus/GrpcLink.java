package io.rollcall.benchmarks.versus;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.rollcall.proto.v1.Message;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** A channel of gRPC with one stream. */
final class GrpcLink implements Link {

  /** Where a stream's callbacks run. */
  enum Callbacks {
    /** On gRPC's own threads, which is its default. */
    EXECUTOR,
    /** On the event loop. */
    LOOP
  }

  private final ManagedChannel channel;
  private final ClientCallStreamObserver<Message> out;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ready = lock.newCondition();

  /**
   * Connects.
   *
   * @param buffer bytes that may wait before {@link #sendPaced} does
   */
  GrpcLink(int port, GrpcLoops loops, int buffer, Callbacks callbacks, Consumer<Message> received) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .usePlaintext()
            .eventLoopGroup(loops.group())
            .channelType(loops.channel());
    channel = (callbacks == Callbacks.LOOP ? builder.directExecutor() : builder).build();
    out =
        (ClientCallStreamObserver<Message>)
            ClientCalls.asyncBidiStreamingCall(
                channel.newCall(
                    GrpcStream.METHOD, CallOptions.DEFAULT.withOnReadyThreshold(buffer)),
                new Responses(received));
  }

  private final class Responses implements ClientResponseObserver<Message, Message> {

    private final Consumer<Message> received;

    private Responses(Consumer<Message> received) {
      this.received = received;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<Message> requests) {
      requests.setOnReadyHandler(() -> {
        lock.lock();
        try {
          ready.signalAll();
        } finally {
          lock.unlock();
        }
      });
    }

    @Override
    public void onNext(Message message) {
      received.accept(message);
    }

    @Override
    public void onError(Throwable failure) {
      // The end of a run, from this side.
    }

    @Override
    public void onCompleted() {}
  }

  /** A stream takes one message at a time. */
  @Override
  public void send(Message message) {
    lock.lock();
    try {
      out.onNext(message);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void sendPaced(Message message) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!out.isReady()) {
        ready.await();
      }
      out.onNext(message);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    try {
      var _ = channel.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
