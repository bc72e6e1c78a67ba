package io.rollcall.benchmarks.micro;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.Compression;
import io.rollcall.transport.HandshakePolicy;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.KeyPair;
import io.rollcall.transport.auth.KeyPairs;
import io.rollcall.transport.auth.Signer;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.auth.TrustedKeys;
import io.rollcall.transport.session.ClientExchange;
import io.rollcall.transport.session.ClientHandshake;
import io.rollcall.transport.session.ClientHandshakeSettings;
import io.rollcall.transport.session.HandshakeResult;
import io.rollcall.transport.session.ReceivedHello;
import io.rollcall.transport.session.ServerHandshake;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Handshakes without a socket. Their clock runs fast, so that no hello is remembered for long. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HelloTiming {

  private static final Duration SKEW = Duration.ofSeconds(1);
  private static final Duration BETWEEN = Duration.ofMillis(10);

  private final SecureRandom random = new SecureRandom();
  private final KeyPair serverKey = KeyPairs.generate(random);
  private final KeyPair clientKey = KeyPairs.generate(random);
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final InstantSource clock = () -> now;
  private final ServerHandshake server = server();
  private final ClientHandshake v1 = client(HandshakePolicy.V1);
  private final ClientHandshake v2 = client(HandshakePolicy.V2);

  private ServerHandshake server() {
    TrustedKeys trusted = new TrustedKeys();
    trusted.put(TrustedEntry.of("client", clientKey.publicKey()));
    return new ServerHandshake(
        EcdsaAuthManager.create(Signer.of(serverKey), trusted),
        new AdmissionSettings(
            true,
            true,
            false,
            SKEW,
            AdmissionSettings.DEFAULT_MAX_OFFENCES,
            HandshakePolicy.AUTO,
            ""),
        clock);
  }

  private ClientHandshake client(HandshakePolicy policy) {
    return new ClientHandshake(
        EcdsaAuthManager.create(Signer.of(clientKey), new TrustedKeys()),
        "client",
        new ClientHandshakeSettings(
            policy, "", policy == HandshakePolicy.V2 ? Set.of(serverKey.publicKey()) : Set.of()),
        clock,
        random);
  }

  /** The client signs, the server recovers. */
  @Benchmark
  public HandshakeResult v1BothSides() {
    now = now.plus(BETWEEN);
    HandshakeResult result = judge(v1.begin(ByteString.EMPTY, Compression.NONE).hello());
    if (!(result instanceof HandshakeResult.Accepted)) {
      throw new IllegalStateException("refused: " + result);
    }
    return result;
  }

  /** Both sides sign, and verify each other. */
  @Benchmark
  public PeerIdentity v2BothSides() {
    now = now.plus(BETWEEN);
    ClientExchange client = v2.begin(ByteString.EMPTY, Compression.NONE);
    if (!(judge(client.hello()) instanceof HandshakeResult.Challenged challenged)) {
      throw new IllegalStateException("no challenge");
    }
    client.judge(challenged.response().toByteString());
    HandshakeRequest proof = client.proof();
    HandshakeResult result =
        challenged.proof().judge(proof, proof.toByteString()).toCompletableFuture().join();
    if (!(result instanceof HandshakeResult.Accepted accepted)) {
      throw new IllegalStateException("refused: " + result);
    }
    client.judge(accepted.response().toByteString());
    return client.verifyServer();
  }

  private HandshakeResult judge(HandshakeRequest hello) {
    return server
        .judge(new ReceivedHello(hello, hello.toByteString(), ByteString.EMPTY, Compression.NONE))
        .toCompletableFuture()
        .join();
  }
}
