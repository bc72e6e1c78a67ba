package io.rollcall.benchmarks.micro;

import io.rollcall.transport.ConnectionSettings;
import io.rollcall.transport.compression.ZstdCodec;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Encoded messages to compressed frames, as they leave, and back, as they come. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH sets up.
public class CompressionTiming {

  /** What is left of a message. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Size {

    static final String COMPRESSED = "compressed";

    private int bytes;

    /** Kept from the last operation, however many there were. */
    @Setup(Level.Iteration)
    public void begin() {
      bytes = 0;
    }

    /** Bytes of the frame. */
    public double compressed() {
      return bytes;
    }
  }

  /** What is in the message. */
  @Param public Calldata.Content content;

  /** About how large it is. */
  @Param({"1024", "4096", "16384", "65536", "1048576"})
  public int size;

  private final ZstdCodec zstd = ZstdCodec.load();
  private ByteBuffer message;
  private ByteBuffer target;
  private byte[] frame;
  private int contentSize;

  /** Makes the message. */
  @Setup
  public void prepare() {
    byte[] bytes = Calldata.message(content, size).toByteArray();
    contentSize = bytes.length;
    message = ByteBuffer.allocateDirect(contentSize).put(bytes).flip();
    target = ByteBuffer.allocateDirect(zstd.mostCompressed(contentSize));
    frame = new byte[zstd.compress(message, target)];
    target.get(0, frame);
  }

  /** From the buffer that it was encoded into, to another. */
  @Benchmark
  public int compress(Size left) {
    left.bytes = zstd.compress(message, target);
    return left.bytes;
  }

  /**
   * From the array that was read to the one that becomes the message; what is noise is not sent.
   */
  @Benchmark
  public byte[] decompress() {
    int size =
        zstd.pays(contentSize, frame.length)
            ? zstd.contentSize(frame, ConnectionSettings.DEFAULT_MAX_MESSAGE_SIZE)
            : contentSize;
    return zstd.decompress(frame, size);
  }
}
