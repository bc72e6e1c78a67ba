package io.rollcall.benchmarks.micro;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Vote;
import io.rollcall.transport.CloseReason;
import io.rollcall.transport.ConnectionInfo;
import io.rollcall.transport.ConnectionListener;
import io.rollcall.transport.ConnectionSettings;
import io.rollcall.transport.InboundMessage;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.dispatch.Inbox;
import io.rollcall.transport.dispatch.MessageDispatcher;
import io.rollcall.transport.metrics.TransportMetrics;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Messages from an event loop to the thread of a handler, and until that is done with them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DispatchTiming {

  /** What one read may bring. */
  private static final int BATCH = 256;

  private static final ConnectionListener NOBODY =
      new ConnectionListener() {
        @Override
        public void opened(ConnectionInfo connection) {}

        @Override
        public void closed(ConnectionInfo connection, CloseReason reason, String details) {}
      };

  private final AtomicLong handled = new AtomicLong();
  private final Inbox inbox =
      new MessageDispatcher(
              "timing-",
              ConnectionSettings.DEFAULT_MAX_MESSAGE_SIZE,
              message -> handled.incrementAndGet(),
              NOBODY,
              TransportMetrics.NOOP)
          .open("1", () -> {});
  private final InboundMessage message = message();
  private long offered;

  private static InboundMessage message() {
    Message vote = Message.newBuilder().setVote(Vote.newBuilder().setVote(true)).build();
    ByteString bytes = vote.toByteString();
    return new InboundMessage("1", new PeerIdentity.Unauthenticated(), vote, bytes);
  }

  /** One that finds nobody at work: a thread is woken for it. */
  @Benchmark
  public long alone() {
    return offer(1);
  }

  /** Many at once, each. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long inABatch() {
    return offer(BATCH);
  }

  @SuppressWarnings("ThreadPriorityCheck") // The handler may want this very processor.
  private long offer(int count) {
    for (int i = 0; i < count; i++) {
      if (!inbox.offer(message)) {
        throw new IllegalStateException("no room");
      }
    }
    offered += count;
    while (handled.get() != offered) {
      Thread.yield();
    }
    return offered;
  }
}
