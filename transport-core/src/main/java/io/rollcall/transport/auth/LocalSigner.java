package io.rollcall.transport.auth;

/**
 * A key pair as a signer: the only one, beside the program that writes new keys to a file, that
 * takes the private half out of it.
 */
final class LocalSigner implements Signer {

  private final KeyPair keyPair;
  private final Secp256k1Provider secp256k1;

  LocalSigner(KeyPair keyPair, Secp256k1Provider secp256k1) {
    this.keyPair = keyPair;
    this.secp256k1 = secp256k1;
  }

  @Override
  public PublicKey publicKey() {
    return keyPair.publicKey();
  }

  @Override
  public Signature sign(byte[] hash) {
    return secp256k1.sign(hash, keyPair.secret(), keyPair.publicKey());
  }
}
