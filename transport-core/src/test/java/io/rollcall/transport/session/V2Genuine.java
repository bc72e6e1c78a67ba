package io.rollcall.transport.session;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.Compression;
import io.rollcall.transport.HandshakePolicy;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.testing.FixedRandom;
import io.rollcall.transport.testing.TestKeys;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;

/**
 * The four frames of a handshake v2 that is in order, the same in every run: nonces and times are
 * fixed, and signatures are of their bytes alone. Fuzz tests change them.
 */
final class V2Genuine {

  static final PublicKey SERVER_KEY = TestKeys.publicKey("server");
  static final HandshakeRequest HELLO;
  static final HandshakeResponse CHALLENGE;
  static final HandshakeRequest PROOF;
  static final HandshakeResponse YES;

  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000));
  private static final String NETWORK = "testnet";

  static {
    ClientExchange client = client(HandshakePolicy.AUTO);
    HELLO = client.hello();
    HandshakeResult.Challenged challenged = (HandshakeResult.Challenged) judge(HELLO);
    CHALLENGE = challenged.response();
    client.judge(CHALLENGE.toByteString());
    PROOF = client.proof();
    YES = ((HandshakeResult.Accepted) judge(challenged, PROOF)).response();
  }

  private V2Genuine() {}

  /** The client, before its hello. */
  static ClientExchange client(HandshakePolicy policy, PublicKey... serverKeys) {
    return new ClientHandshake(
            TestKeys.authManager("client"),
            "the-client",
            new ClientHandshakeSettings(policy, NETWORK, Set.of(serverKeys)),
            CLOCK,
            FixedRandom.MOST)
        .begin(ByteString.EMPTY, Compression.NONE);
  }

  /** What the server does about a hello; a new server each time, with the same challenge. */
  static HandshakeResult judge(HandshakeRequest hello) {
    EcdsaAuthManager auth = TestKeys.authManager("server");
    auth.addTrustedKey(TrustedEntry.of("alpha", TestKeys.publicKey("client")));
    return new ServerHandshake(
            auth,
            new AdmissionSettings(
                true,
                true,
                false,
                AdmissionSettings.DEFAULT_CLOCK_SKEW,
                AdmissionSettings.DEFAULT_MAX_OFFENCES,
                HandshakePolicy.AUTO,
                NETWORK),
            ReplayMarks.NONE,
            TransportMetrics.NOOP,
            CLOCK,
            FixedRandom.MOST)
        .judge(TestKeys.received(hello))
        .toCompletableFuture()
        .join();
  }

  /** What it does about what came where the proof belongs. */
  static HandshakeResult judge(HandshakeResult.Challenged challenged, HandshakeRequest proof) {
    return challenged.proof().judge(proof, proof.toByteString()).toCompletableFuture().join();
  }
}
