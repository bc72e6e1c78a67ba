package io.rollcall.transport.auth;

import com.google.protobuf.ByteString;
import io.rollcall.transport.PeerIdentity;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.web3j.crypto.Hash;

/**
 * The secp256k1 implementation: recovers keys in the native library where it loads, else in a
 * portable one, and leaves signing to a {@link Signer}.
 */
public final class EcdsaAuthManager implements AuthManager {

  private static final Logger log = LoggerFactory.getLogger(EcdsaAuthManager.class);

  /** How long a signer may take to show, once, that it works. */
  static final Duration START_LIMIT = Duration.ofSeconds(10);

  /** How long a signer elsewhere may take for one signature; peers wait no longer either. */
  static final Duration LATER_LIMIT = Duration.ofSeconds(5);

  /** Signatures that wait for a signer elsewhere; beyond, one fails at once. */
  static final int MOST_ELSEWHERE = 256;

  private static final int HASH_BYTES = 32;

  private final Signer signer;
  private final PublicKey publicKey;
  private final TrustedKeys trusted;
  private final Secp256k1Provider secp256k1;
  private final Duration laterLimit;
  private final Semaphore elsewhere = new Semaphore(MOST_ELSEWHERE);

  private EcdsaAuthManager(
      Signer signer,
      PublicKey publicKey,
      TrustedKeys trusted,
      Secp256k1Provider secp256k1,
      Duration laterLimit) {
    this.signer = signer;
    this.publicKey = publicKey;
    this.trusted = trusted;
    this.secp256k1 = secp256k1;
    this.laterLimit = laterLimit;
    log.info(
        "secp256k1 is {}, own public key {}, address {}", secp256k1.name(), publicKey, address());
  }

  /**
   * Takes the native library where it loads, and has the signer sign once: a key that cannot be
   * used is found now, not when the first peer is dialled.
   *
   * @throws SigningException when the signer fails, does not answer within 10 s, or signs with
   *     another key than it says
   */
  public static EcdsaAuthManager create(Signer signer, TrustedKeys trusted) {
    return create(signer, trusted, Secp256k1Provider.fastest(), START_LIMIT, LATER_LIMIT);
  }

  /** Never takes the native library; the results are the same, several times slower. */
  public static EcdsaAuthManager createPortable(KeyPair keyPair, TrustedKeys trusted) {
    Secp256k1Provider portable = new PortableSecp256k1();
    return create(new LocalSigner(keyPair, portable), trusted, portable, START_LIMIT, LATER_LIMIT);
  }

  static EcdsaAuthManager create(
      Signer signer,
      TrustedKeys trusted,
      Secp256k1Provider secp256k1,
      Duration startLimit,
      Duration laterLimit) {
    return new EcdsaAuthManager(
        signer, proven(signer, secp256k1, startLimit), trusted, secp256k1, laterLimit);
  }

  /** The signer's public key, after it has shown that it signs with that one. */
  private static PublicKey proven(Signer signer, Secp256k1Provider secp256k1, Duration limit) {
    FutureTask<PublicKey> proof = new FutureTask<>(() -> signOnce(signer, secp256k1));
    Thread.ofVirtual().name("signer-check").start(proof);
    try {
      return proof.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw failure(Objects.requireNonNullElse(e.getCause(), e));
    } catch (TimeoutException e) {
      throw new SigningException(
          "the signer did not answer within " + limit.toMillis() + " ms at start-up", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SigningException("start-up was interrupted while it waited for the signer", e);
    } finally {
      proof.cancel(true);
    }
  }

  private static PublicKey signOnce(Signer signer, Secp256k1Provider secp256k1) {
    byte[] hash = new byte[HASH_BYTES];
    new SecureRandom().nextBytes(hash);
    PublicKey publicKey = signer.publicKey();
    if (secp256k1.recover(hash, signer.sign(hash)).filter(publicKey::equals).isEmpty()) {
      throw new SigningException(
          "the signer signs with another key than its public key " + publicKey);
    }
    return publicKey;
  }

  private static SigningException failure(Throwable cause) {
    return cause instanceof SigningException known
        ? known
        : new SigningException("the signer failed: " + cause, cause);
  }

  @Override
  public Signature sign(byte[] data) {
    try {
      return signer.sign(Hash.sha3(data)).withLowS();
    } catch (RuntimeException e) {
      throw failure(e);
    }
  }

  @Override
  public CompletionStage<Signature> signLater(byte[] data) {
    if (signer instanceof LocalSigner) {
      return CompletableFuture.completedFuture(sign(data));
    }
    if (!elsewhere.tryAcquire()) {
      return CompletableFuture.failedFuture(
          new SigningException(MOST_ELSEWHERE + " signatures wait for the signer, the limit"));
    }
    CompletableFuture<Signature> signed = new CompletableFuture<>();
    Thread waiting =
        Thread.ofVirtual()
            .name("signer")
            .start(() -> {
              try {
                signed.complete(sign(data));
              } catch (RuntimeException e) {
                signed.completeExceptionally(e);
              } finally {
                elsewhere.release();
              }
            });
    return signed
        .orTimeout(laterLimit.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(cause -> {
          waiting.interrupt();
          throw cause instanceof TimeoutException
              ? new SigningException(
                  "the signer did not answer within " + laterLimit.toMillis() + " ms", cause)
              : failure(cause);
        });
  }

  @Override
  public boolean verify(byte[] data, Signature signature, PublicKey publicKey) {
    return recover(data, signature).filter(publicKey::equals).isPresent();
  }

  @Override
  public PeerIdentity.Trusted verifyKnown(byte[] data, Signature signature) {
    PublicKey key = recoverPublicKey(data, signature);
    return trusted
        .find(key.bytes())
        .orElseThrow(
            () -> new AuthenticationException("public key " + key.hex() + " is not trusted"));
  }

  @Override
  public PublicKey recoverPublicKey(byte[] data, Signature signature) {
    return recover(data, signature)
        .orElseThrow(() -> new AuthenticationException("failed to recover public key"));
  }

  @Override
  public String address() {
    return publicKey.address();
  }

  @Override
  public PublicKey publicKey() {
    return publicKey;
  }

  @Override
  public void addTrustedKey(TrustedEntry entry) {
    trusted.put(entry);
  }

  @Override
  public void removeTrustedKey(String id) {
    trusted.remove(id);
  }

  @Override
  public Optional<PeerIdentity.Trusted> identify(ByteString compressedKey) {
    return trusted.find(compressedKey);
  }

  @Override
  public List<TrustedEntry> trustedKeys() {
    return trusted.entries();
  }

  @Override
  public Runnable listen(TrustListener listener) {
    return trusted.listen(listener);
  }

  @Override
  public String providerName() {
    return secp256k1.name();
  }

  private Optional<PublicKey> recover(byte[] data, Signature signature) {
    return secp256k1.recover(Hash.sha3(data), signature);
  }
}
