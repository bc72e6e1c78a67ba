package io.rollcall.benchmarks.versus;

import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.rollcall.proto.v1.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** gRPC's side: the stub's own stream observers, with its defaults but for the event loops. */
final class GrpcServer implements ServerSide {

  private final Work work;
  private final Arrivals arrivals;
  private final int buffer;
  private final GrpcLoops loops;
  private final Server server;
  private final List<ServerCallStreamObserver<Message>> readers = new CopyOnWriteArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ready = lock.newCondition();

  /**
   * Starts it.
   *
   * @param buffer bytes that may wait for one reader before the next message waits for it
   * @param direct whether callbacks run on the event loops, instead of gRPC's own threads
   */
  GrpcServer(Work work, Arrivals arrivals, int buffer, boolean direct) {
    this.work = work;
    this.arrivals = arrivals;
    this.buffer = buffer;
    // As many as the transport's server has.
    loops = new GrpcLoops(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .bossEventLoopGroup(loops.group())
            .workerEventLoopGroup(loops.group())
            .channelType(loops.serverChannel())
            .addService(
                ServerServiceDefinition.builder(GrpcStream.SERVICE)
                    .addMethod(GrpcStream.METHOD, ServerCalls.asyncBidiStreamingCall(this::stream))
                    .build());
    if (direct) {
      builder.directExecutor();
    }
    try {
      server = builder.build().start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private StreamObserver<Message> stream(StreamObserver<Message> out) {
    ServerCallStreamObserver<Message> reader = (ServerCallStreamObserver<Message>) out;
    reader.setOnReadyThreshold(buffer);
    reader.setOnReadyHandler(this::wake);
    reader.setOnCancelHandler(() -> {
      readers.remove(reader);
      wake();
    });
    readers.add(reader);
    return new StreamObserver<>() {
      @Override
      public void onNext(Message message) {
        switch (work) {
          case COUNT -> arrivals.arrived(message);
          case ECHO -> out.onNext(message);
        }
      }

      @Override
      public void onError(Throwable failure) {
        readers.remove(reader);
        wake();
      }

      @Override
      public void onCompleted() {
        out.onCompleted();
        onError(new IllegalStateException("completed"));
      }
    };
  }

  private void wake() {
    lock.lock();
    try {
      ready.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int port() {
    return server.getPort();
  }

  @Override
  public int readers() {
    return readers.size();
  }

  @Override
  public void broadcast(Message message) throws InterruptedException {
    for (ServerCallStreamObserver<Message> reader : readers) {
      awaitReady(reader);
      if (!reader.isCancelled()) {
        reader.onNext(message);
      }
    }
  }

  private void awaitReady(ServerCallStreamObserver<Message> reader) throws InterruptedException {
    if (reader.isReady()) {
      return;
    }
    lock.lockInterruptibly();
    try {
      while (!reader.isReady() && !reader.isCancelled()) {
        ready.await();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
    loops.close();
  }
}
