package io.rollcall.transport.auth;

/**
 * Signs with the own key, wherever that is: here, in a hardware module, in a key management
 * service. Nothing else of Rollcall needs a private key. {@link #of} is the one for a key of this
 * process; an application that keeps its key elsewhere gives a bean of this type instead.
 *
 * <p>Called on virtual threads and at start-up, never on an event loop, so it may block; several
 * threads may call at the same time. A call that nobody waits for any longer, because the dial it
 * was for ran out of time, is interrupted. It should have a time limit of its own, well below
 * {@code transport.connect-timeout}.
 *
 * <p>Services and modules answer with r and s alone, often with s in the upper half: {@link
 * Signature#ofRAndS} and {@link Signature#ofDer} make of that what is expected here.
 */
public interface Signer {

  /**
   * The public half of the key that {@link #sign} signs with. Asked once, at start-up; it never
   * changes.
   *
   * @throws SigningException when it cannot be had now; start-up stops
   */
  PublicKey publicKey();

  /**
   * Signs a hash as it is: it is not hashed again, and has no prefix.
   *
   * @param hash 32 bytes, Keccak-256 of what is signed; the caller's, and not to be changed
   * @return a signature from which {@link #publicKey} is recovered; s may be in either half
   * @throws SigningException when it cannot sign now; at start-up that stops the start, later the
   *     handshake fails and is tried again after back-off. Its text goes to the own log and health,
   *     never to a peer
   */
  Signature sign(byte[] hash);

  /** Signs with a key of this process, in the native library where it loads. Never blocks. */
  static Signer of(KeyPair keyPair) {
    return new LocalSigner(keyPair, Secp256k1Provider.fastest());
  }
}
