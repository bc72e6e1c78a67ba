package io.rollcall.transport.autoconfigure;

import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.Signature;
import io.rollcall.transport.auth.Signer;
import io.rollcall.transport.auth.SigningException;

/** A key that is somewhere, and cannot be reached. */
record BrokenSigner(PublicKey publicKey) implements Signer {

  @Override
  public Signature sign(byte[] hash) {
    throw new SigningException("the key service does not answer");
  }
}
