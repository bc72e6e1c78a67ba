package io.rollcall.transport.session;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.rollcall.proto.handshake.ClientExtension;
import io.rollcall.proto.handshake.ClientHello;
import io.rollcall.proto.handshake.ClientProof;
import io.rollcall.proto.handshake.ServerChallenge;
import io.rollcall.proto.handshake.ServerExtension;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.proto.v1.HandshakeResponse;
import io.rollcall.transport.Compression;
import io.rollcall.transport.HandshakePolicy;
import io.rollcall.transport.HandshakeRejectedException;
import io.rollcall.transport.PeerIdentity;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.auth.AuthenticationException;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.Signature;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A client's side of one handshake, on one connection: {@link #hello()} goes out, each frame that
 * comes back goes to {@link #judge}, and that says what to do next. One call at a time, each seeing
 * what the one before did; those that sign or verify take up to half a millisecond, or as long as a
 * key that lives elsewhere needs, so an event loop leaves them to another thread.
 */
public final class ClientExchange {

  private static final int V1_NONCE_BYTES = 16;

  /** What a server is called whose key is the expected one. */
  private static final String EXPECTED = "publisher";

  /** What to do about a frame. */
  public sealed interface Step {

    /** The server is satisfied, and so is this side; it speaks v1 and proved nothing. */
    record Done() implements Step {}

    /**
     * Send {@link ClientExchange#proof()}; the next frame comes to {@link ClientExchange#judge}.
     */
    record Prove() implements Step {}

    /** Call {@link ClientExchange#verifyServer()}; when it returns, v2 is done. */
    record Verify() implements Step {}
  }

  private final AuthManager auth;
  private final String clientId;
  private final ClientHandshakeSettings settings;
  private final InstantSource clock;
  private final RandomGenerator nonces;
  private final ByteString binding;
  private final Compression offered;
  private final ServerAnswers answers;

  private @Nullable HandshakeRequest hello;
  private @Nullable ServerChallenge challenge;
  private @Nullable Transcript transcript;
  private @Nullable ByteString proof;
  private @Nullable HandshakeResponse yes;
  private Compression compression = Compression.NONE;

  ClientExchange(
      AuthManager auth,
      String clientId,
      ClientHandshakeSettings settings,
      InstantSource clock,
      RandomGenerator nonces,
      ByteString binding,
      Compression offered) {
    this.auth = auth;
    this.clientId = clientId;
    this.settings = settings;
    this.clock = clock;
    this.nonces = nonces;
    this.binding = binding;
    this.offered = offered;
    this.answers = new ServerAnswers(auth.publicKey(), settings.policy());
  }

  /** The first frame, to be sent within seconds. Signs, unless v1 is not wanted. */
  public HandshakeRequest hello() {
    boolean offersV2 = settings.policy() != HandshakePolicy.V1;
    ByteString nonce = offersV2 ? V2Nonce.next(nonces) : v1Nonce();
    long timestamp = SignedHello.nanos(clock.instant());
    HandshakeRequest.Builder made =
        HandshakeRequest.newBuilder()
            .setTimestamp(timestamp)
            .setPublicKey(auth.publicKey().bytes())
            .setClientId(clientId)
            .setNonce(nonce);
    // Without a signature of v1 nobody can make a v1 hello of it.
    if (settings.policy() != HandshakePolicy.V2) {
      made.setSignature(auth.sign(SignedHello.bytes(timestamp, nonce)).bytes());
    }
    if (offersV2) {
      ClientHello.Builder offer =
          ClientHello.newBuilder().setNetworkId(settings.networkId()).setTls(!binding.isEmpty());
      Compressions.offer(offered, offer);
      made.setExtension(ClientExtension.newBuilder().setHello(offer).build().toByteString());
    }
    HandshakeRequest request = made.build();
    hello = request;
    return request;
  }

  private ByteString v1Nonce() {
    byte[] random = new byte[V1_NONCE_BYTES];
    nonces.nextBytes(random);
    return ByteString.copyFrom(random);
  }

  /**
   * Judges a frame that came back, without its length prefix. No arithmetic.
   *
   * @throws HandshakeRejectedException when the server refused; the text says why and what to do
   * @throws UnprovenServerException when this side refuses
   */
  public Step judge(ByteString frame) {
    HandshakeResponse response = answers.read(frame);
    return challenge == null ? judgeFirst(response, frame) : judgeLast(response);
  }

  private Step judgeFirst(HandshakeResponse response, ByteString frame) {
    Optional<ServerChallenge> challenged = challenge(response);
    if (challenged.isPresent()) {
      return challenged(challenged.get(), frame);
    }
    answers.requireYes(response);
    if (settings.policy() != HandshakePolicy.V1
        && !extension(response).equals(ServerExtension.getDefaultInstance())) {
      throw impostor("the server's yes holds what belongs to another step of handshake v2");
    }
    if (settings.policy() == HandshakePolicy.V2) {
      throw impostor(
          "the server let this client in without proving its own key; it speaks handshake v1, or"
              + " is not the server it should be (here handshake v2 is required)");
    }
    return new Step.Done();
  }

  private Optional<ServerChallenge> challenge(HandshakeResponse response) {
    if (settings.policy() == HandshakePolicy.V1
        || response.getAccepted()
        || !response.getError().isEmpty()) {
      return Optional.empty();
    }
    ServerExtension extension = extension(response);
    return extension.hasChallenge() ? Optional.of(extension.getChallenge()) : Optional.empty();
  }

  private Step challenged(ServerChallenge came, ByteString frame) {
    HandshakeRequest said = hello;
    if (said == null) {
      throw new IllegalStateException("nothing was said yet");
    }
    if (came.getPublicKey().size() != PublicKey.COMPRESSED_BYTES) {
      throw impostor(
          "the server's public key has %d bytes, expected %d"
              .formatted(came.getPublicKey().size(), PublicKey.COMPRESSED_BYTES));
    }
    if (came.getNonce().size() < ServerHandshake.LEAST_NONCE) {
      throw impostor(
          "the server's nonce has %d bytes, expected at least %d"
              .formatted(came.getNonce().size(), ServerHandshake.LEAST_NONCE));
    }
    if (!settings.serverKeys().isEmpty()
        && settings.serverKeys().stream()
            .noneMatch(key -> key.bytes().equals(came.getPublicKey()))) {
      throw impostor(
          "the server's public key is %s, and %s was expected; if the server has a new key, change auth.server-public-key"
              .formatted(
                  Refusals.hex(came.getPublicKey()),
                  settings.serverKeys().stream()
                      .map(PublicKey::hex)
                      .sorted()
                      .collect(Collectors.joining(" or "))));
    }
    compression =
        Compressions.chosen(offered, came)
            .orElseThrow(
                () -> impostor("the server chose a compression that this client did not offer"));
    challenge = came;
    transcript =
        new Transcript(
            settings.networkId(),
            said.getPublicKey(),
            came.getPublicKey(),
            said.getNonce(),
            came.getNonce(),
            binding,
            said.toByteString(),
            frame);
    return new Step.Prove();
  }

  /** What the server chose, once it has; it holds when the handshake is done. */
  public Compression compression() {
    return compression;
  }

  /** The third frame, to be sent at once. Signs. */
  public HandshakeRequest proof() {
    HandshakeRequest request =
        HandshakeRequest.newBuilder()
            .setTimestamp(SignedHello.nanos(clock.instant()))
            .setExtension(
                ClientExtension.newBuilder()
                    .setProof(
                        ClientProof.newBuilder()
                            .setSignature(auth.sign(agreed().ofClient()).bytes()))
                    .build()
                    .toByteString())
            .build();
    proof = request.toByteString();
    return request;
  }

  private Step judgeLast(HandshakeResponse response) {
    answers.requireYes(response);
    ServerExtension extension = extension(response);
    if (!extension.hasProof()) {
      throw impostor("the server let this client in without proving its own key");
    }
    if (!response.getError().isEmpty()) {
      throw impostor("the server's yes gives a reason for a no");
    }
    yes = response;
    return new Step.Verify();
  }

  /**
   * Whether the server holds the key that it named. Verifies.
   *
   * @return who it is: trusted, as {@code publisher}, when its key was expected
   * @throws UnprovenServerException when it does not
   */
  public PeerIdentity verifyServer() {
    Transcript seen = agreed();
    ByteString sent = proof;
    HandshakeResponse answer = yes;
    if (sent == null || answer == null) {
      throw new IllegalStateException("the server has not answered the proof");
    }
    try {
      Signature signature = new Signature(extension(answer).getProof().getSignature());
      PublicKey signer =
          auth.recoverPublicKey(seen.ofServer(sent, answer.getSessionId()), signature);
      if (signature.isCanonical() && signer.bytes().equals(seen.serverKey())) {
        return settings.serverKeys().contains(signer)
            ? new PeerIdentity.Trusted(EXPECTED, signer.bytes(), Set.of(), 1, true)
            : new PeerIdentity.Unknown(signer.bytes());
      }
    } catch (AuthenticationException | IllegalArgumentException malformed) {
      // It proves as little as one that somebody else made.
    }
    throw impostor(
        "the server did not prove that it holds the key %s: something stands between, or answers in its place"
            .formatted(Refusals.hex(seen.serverKey())));
  }

  /**
   * What a refusal really means; see {@link ServerAnswers#explain}.
   *
   * @param next the frame behind the refusal, without its length prefix
   * @return the refusal in its own words, with the reason that the frame gives, if it gives one
   */
  public HandshakeRejectedException explain(HandshakeRejectedException refusal, ByteString next) {
    return answers.explain(refusal, next);
  }

  private Transcript agreed() {
    Transcript known = transcript;
    if (known == null) {
      throw new IllegalStateException("the server has not challenged");
    }
    return known;
  }

  private static ServerExtension extension(HandshakeResponse response) {
    try {
      return ServerExtension.parseFrom(response.getExtension());
    } catch (InvalidProtocolBufferException malformed) {
      throw impostor("the server's answer has a malformed extension");
    }
  }

  private static UnprovenServerException impostor(String text) {
    return new UnprovenServerException(text);
  }
}
