package io.rollcall.benchmarks.load;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.rollcall.benchmarks.result.Metric;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.KeyPair;
import io.rollcall.transport.auth.Signer;
import io.rollcall.transport.auth.TrustedKeys;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Authenticated connections, opened and closed, a few at a time. The hellos are signed before the
 * clock starts: what is measured is the server's side.
 */
public final class OpenLoad {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int NONCE = 16;

  private final Generator generator;
  private final int port;
  private final List<byte[]> hellos;
  private final Latencies latencies = new Latencies();
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private int dialled;
  private int finished;

  private OpenLoad(Generator generator, int port, List<byte[]> hellos) {
    this.generator = generator;
    this.port = port;
    this.hellos = hellos;
  }

  /**
   * Opens one connection for each key.
   *
   * @param parallel so many at a time
   * @param serverCpu processor time that the server's process has used since its start
   */
  public static Map<Metric, Double> run(
      Generator generator, int port, List<KeyPair> keys, int parallel, Supplier<Duration> serverCpu)
      throws InterruptedException {
    generator.connect(port, List.of());
    OpenLoad load = new OpenLoad(generator, port, keys.stream().map(OpenLoad::hello).toList());
    Duration before = serverCpu.get();
    long start = System.nanoTime();
    load.latencies.window(start, start + LIMIT.toNanos());
    generator
        .loop()
        .execute(() -> {
          for (int i = 0; i < parallel; i++) {
            load.next();
          }
        });
    generator.await(load.done, LIMIT);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    Duration used = serverCpu.get().minus(before);
    Map<Metric, Double> figures = load.latencies.figures(took);
    figures.put(Metric.CPU, used.toNanos() / 1e3 / keys.size());
    return figures;
  }

  private void next() {
    if (dialled < hellos.size()) {
      var _ = generator.dial(port, new Newcomer(hellos.get(dialled++)));
    }
  }

  private static byte[] hello(KeyPair key) {
    AuthManager auth = EcdsaAuthManager.create(Signer.of(key), new TrustedKeys());
    Instant now = Instant.now();
    long timestamp = now.getEpochSecond() * 1_000_000_000 + now.getNano();
    byte[] nonce = new byte[NONCE];
    new SecureRandom().nextBytes(nonce);
    byte[] signed = ByteBuffer.allocate(Long.BYTES + NONCE).putLong(timestamp).put(nonce).array();
    return Frames.of(
        HandshakeRequest.newBuilder()
            .setTimestamp(timestamp)
            .setPublicKey(key.publicKey().bytes())
            .setSignature(auth.sign(signed).bytes())
            .setClientId("bench")
            .setNonce(ByteString.copyFrom(nonce))
            .build());
  }

  private final class Newcomer extends Peer {

    private final byte[] hello;
    private final long began = System.nanoTime();
    private final Fields answer = new Fields();

    private Newcomer(byte[] hello) {
      this.hello = hello;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      write(hello);
      ctx.flush();
    }

    @Override
    void frame(ByteBuf bytes, int start, int length) {
      answer.of(bytes, start, length);
      if (!answer.find(HandshakeResponse.ACCEPTED_FIELD_NUMBER) || answer.value() != 1) {
        throw new IllegalStateException("a hello was refused");
      }
      latencies.record(began, System.nanoTime());
      var _ = close();
      finished++;
      if (finished == hellos.size()) {
        done.complete(null);
      } else {
        next();
      }
    }
  }
}
