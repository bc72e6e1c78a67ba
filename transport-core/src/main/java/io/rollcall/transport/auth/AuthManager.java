package io.rollcall.transport.auth;

import com.google.protobuf.ByteString;
import io.rollcall.transport.PeerIdentity;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Signs with the own key, checks the signatures of others, and knows whose keys are trusted.
 *
 * <p>Signatures are secp256k1 ECDSA over Keccak-256 of the bytes as they are, without the prefix of
 * Ethereum messages. Every method may be called from any thread. A signature is made by a {@link
 * Signer} and may take as long as a network does; its check takes up to half a millisecond. So none
 * of those belong on an event loop; the other methods do not block.
 */
public interface AuthManager {

  /**
   * Signs these bytes; s is in the lower half. May block.
   *
   * @throws SigningException when the own key cannot be used now
   */
  Signature sign(byte[] data);

  /**
   * The same without waiting for a key that lives elsewhere, 5 s at most: a key of this process has
   * signed when this returns, and that is arithmetic too.
   *
   * @return completes with the signature, or fails with {@link SigningException}
   */
  CompletionStage<Signature> signLater(byte[] data);

  /**
   * Whether this key signed these bytes. Both halves of s count, as for every peer of rollup.v1. A
   * signature from which no key can be recovered is false, never an exception.
   */
  boolean verify(byte[] data, Signature signature, PublicKey publicKey);

  /**
   * Whose trusted key signed these bytes.
   *
   * @throws AuthenticationException when no key can be recovered, or it is not trusted
   */
  PeerIdentity.Trusted verifyKnown(byte[] data, Signature signature);

  /**
   * The key that signed these bytes. Every signature in range yields some key: what it proves is
   * for the caller to compare.
   *
   * @throws AuthenticationException when no key can be recovered
   */
  PublicKey recoverPublicKey(byte[] data, Signature signature);

  /** The own Ethereum address, in the mixed case of EIP-55. */
  String address();

  /** The own public key. */
  PublicKey publicKey();

  /**
   * Trusts the keys of this entry, and no others, under its id: what the id had before is replaced
   * in one step. Connections of keys that are trusted no longer, or otherwise than before, are
   * closed by their server; further keys of an id leave its connections alone.
   *
   * @throws IllegalArgumentException when the id is empty, {@code publisher}, {@code server} or
   *     {@code unauthenticated}, or starts with {@code unknown:}, when there is no key, or one is
   *     another id's; nothing has changed then
   */
  void addTrustedKey(TrustedEntry entry);

  /**
   * Trusts the keys of this id no longer; their connections are closed by their server.
   *
   * @throws IllegalArgumentException when the id is not trusted
   */
  void removeTrustedKey(String id);

  /**
   * Whose key this is, if it is trusted. Compares bytes and does no arithmetic, so it may be asked
   * about whatever a stranger sent, and on any thread.
   *
   * @param compressedKey 33 bytes, as {@link PublicKey#compress} has them
   */
  Optional<PeerIdentity.Trusted> identify(ByteString compressedKey);

  /** What is trusted now, by id; a copy. */
  List<TrustedEntry> trustedKeys();

  /**
   * Tells this listener of every change of the trusted keys from now on.
   *
   * @return ends that
   */
  Runnable listen(TrustListener listener);

  /** Which implementation verifies: {@code native} or {@code portable}. */
  String providerName();
}
