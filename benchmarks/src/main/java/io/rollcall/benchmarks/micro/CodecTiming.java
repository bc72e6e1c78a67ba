package io.rollcall.benchmarks.micro;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.Block;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Vote;
import io.rollcall.proto.v1.XtID;
import io.rollcall.transport.ConnectionSettings;
import io.rollcall.transport.codec.ProtobufCodec;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Messages to bytes and back. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH sets up.
public class CodecTiming {

  private static final int HASH_BYTES = 32;

  /** Which message. */
  public enum Kind {
    /** A vote. */
    VOTE,
    /** An XT over two chains. */
    XT,
    /** A block of 16 KiB. */
    BLOCK
  }

  /** Which message. */
  @Param public Kind kind;

  private final ProtobufCodec codec =
      new ProtobufCodec(ConnectionSettings.DEFAULT_MAX_MESSAGE_SIZE);
  private Message message;
  private ByteString bytes;
  private ByteBuffer target;

  /** Makes the message. */
  @Setup
  public void prepare() {
    Message.Builder builder = Message.newBuilder().setSenderId("optimism");
    switch (kind) {
      case VOTE ->
          builder.setVote(
              Vote.newBuilder()
                  .setSenderChainId(Xts.FIRST.bytes())
                  .setXtId(XtID.newBuilder().setHash(ByteString.copyFrom(new byte[HASH_BYTES])))
                  .setVote(true));
      case XT -> builder.setXtRequest(Xts.request(1));
      case BLOCK ->
          builder.setBlock(
              Block.newBuilder()
                  .setChainId(Xts.FIRST.bytes())
                  .setBlockData(ByteString.copyFrom(new byte[16 * 1024])));
    }
    message = builder.build();
    bytes = message.toByteString();
    target = ByteBuffer.allocateDirect(bytes.size());
  }

  /** Into memory outside the heap, as it leaves. */
  @Benchmark
  public ByteBuffer encode() {
    // A message remembers its size, so the cost of that is not in here after the first time.
    codec.encode(message, target.clear());
    return target;
  }

  /** From the array that was read. */
  @Benchmark
  public Message decode() {
    return codec.decode(bytes);
  }
}
