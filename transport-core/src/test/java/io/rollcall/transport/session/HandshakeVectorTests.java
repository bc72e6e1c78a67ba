package io.rollcall.transport.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import io.rollcall.proto.handshake.ClientExtension;
import io.rollcall.proto.handshake.ServerExtension;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.Compression;
import io.rollcall.transport.HandshakePolicy;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.KeyPairs;
import io.rollcall.transport.auth.Signer;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.auth.TrustedKeys;
import io.rollcall.transport.metrics.TransportMetrics;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The vectors that docs/handshake.md gives to whoever implements v2: every byte of them. */
class HandshakeVectorTests {

  static List<JsonObject> vectors() {
    var resource =
        Objects.requireNonNull(
            HandshakeVectorTests.class.getResourceAsStream("/handshake-vectors.json"));
    return StreamSupport.stream(
            JsonParser.parseReader(new InputStreamReader(resource, StandardCharsets.UTF_8))
                .getAsJsonArray()
                .spliterator(),
            false)
        .map(JsonElement::getAsJsonObject)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void everyFrameAndEverySignedByteIsAsWritten(JsonObject vector) throws Exception {
    AuthManager client = auth(vector, "client_private_key");
    AuthManager server = auth(vector, "server_private_key");
    server.addTrustedKey(TrustedEntry.of("alpha", client.publicKey()));
    HandshakePolicy policy =
        HandshakePolicy.valueOf(text(vector, "policy").toUpperCase(Locale.ROOT));
    InstantSource clock =
        InstantSource.fixed(Instant.EPOCH.plusNanos(Long.parseLong(text(vector, "timestamp"))));
    Compression compression =
        Compression.valueOf(text(vector, "compression").toUpperCase(Locale.ROOT));
    ByteString binding = bytes(vector, "binding");
    ClientExchange exchange =
        new ClientHandshake(
                client,
                text(vector, "client_id"),
                new ClientHandshakeSettings(policy, text(vector, "network_id"), Set.of()),
                clock,
                new Fixed(bytes(vector, "client_random")))
            .begin(binding, compression);

    HandshakeRequest hello = exchange.hello();
    HandshakeResult.Challenged challenged =
        (HandshakeResult.Challenged)
            new ServerHandshake(
                    server,
                    new AdmissionSettings(
                        true,
                        true,
                        false,
                        AdmissionSettings.DEFAULT_CLOCK_SKEW,
                        AdmissionSettings.DEFAULT_MAX_OFFENCES,
                        HandshakePolicy.AUTO,
                        text(vector, "network_id")),
                    ReplayMarks.NONE,
                    TransportMetrics.NOOP,
                    clock,
                    new Fixed(bytes(vector, "server_nonce")))
                .judge(new ReceivedHello(hello, hello.toByteString(), binding, compression))
                .toCompletableFuture()
                .get();
    exchange.judge(challenged.response().toByteString());
    HandshakeRequest proof = exchange.proof();
    HandshakeResponse yes =
        ((HandshakeResult.Accepted)
                challenged.proof().judge(proof, proof.toByteString()).toCompletableFuture().get())
            .response();
    exchange.judge(yes.toByteString());
    exchange.verifyServer();

    Transcript transcript =
        new Transcript(
            text(vector, "network_id"),
            client.publicKey().bytes(),
            server.publicKey().bytes(),
            hello.getNonce(),
            bytes(vector, "server_nonce"),
            binding,
            hello.toByteString(),
            challenged.response().toByteString());
    assertThat(yes.getSessionId()).isEqualTo(text(vector, "session_id"));
    assertThat(hex(hello.toByteString())).isEqualTo(text(vector, "hello"));
    assertThat(hex(challenged.response().toByteString())).isEqualTo(text(vector, "challenge"));
    assertThat(HexFormat.of().formatHex(transcript.ofClient()))
        .isEqualTo(text(vector, "client_signs"));
    assertThat(hex(ClientExtension.parseFrom(proof.getExtension()).getProof().getSignature()))
        .isEqualTo(text(vector, "client_signature"));
    assertThat(hex(proof.toByteString())).isEqualTo(text(vector, "proof"));
    assertThat(
            HexFormat.of().formatHex(transcript.ofServer(proof.toByteString(), yes.getSessionId())))
        .isEqualTo(text(vector, "server_signs"));
    assertThat(hex(ServerExtension.parseFrom(yes.getExtension()).getProof().getSignature()))
        .isEqualTo(text(vector, "server_signature"));
    assertThat(hex(yes.toByteString())).isEqualTo(text(vector, "accepted"));
  }

  private static AuthManager auth(JsonObject vector, String key) {
    return EcdsaAuthManager.create(
        Signer.of(KeyPairs.fromHex(text(vector, key))), new TrustedKeys());
  }

  private static String text(JsonObject vector, String name) {
    return vector.get(name).getAsString();
  }

  private static ByteString bytes(JsonObject vector, String name) {
    return ByteString.fromHex(text(vector, name));
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  /** A source of chance that yields one value. */
  private record Fixed(ByteString bytes) implements RandomGenerator {

    @Override
    public void nextBytes(byte[] target) {
      bytes.copyTo(target, 0);
    }

    @Override
    public long nextLong() {
      throw new UnsupportedOperationException();
    }
  }
}
