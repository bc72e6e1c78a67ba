package io.rollcall.transport.auth;

import fr.acinq.secp256k1.Secp256k1;
import fr.acinq.secp256k1.Secp256k1Exception;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The C library of Bitcoin Core, several times faster than Java. */
final class NativeSecp256k1 implements Secp256k1Provider {

  private static final Logger log = LoggerFactory.getLogger(NativeSecp256k1.class);

  private final Secp256k1 library;

  private NativeSecp256k1(Secp256k1 library) {
    this.library = library;
  }

  /** Empty where the library does not load: another platform, a temporary folder without exec. */
  static Optional<Secp256k1Provider> load() {
    try {
      return Optional.of(new NativeSecp256k1(Secp256k1.get()));
    } catch (LinkageError | RuntimeException e) {
      log.info("native secp256k1 does not load, taking the portable one: {}", rootOf(e).toString());
      return Optional.empty();
    }
  }

  /** The library's own error says only that a class could not be initialised. */
  private static Throwable rootOf(Throwable error) {
    Throwable root = error;
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      root = cause;
    }
    return root;
  }

  @Override
  public String name() {
    return "native";
  }

  @Override
  public Signature sign(byte[] hash, byte[] secret, PublicKey publicKey) {
    // The library does not tell the recovery id.
    return Signature.leadingTo(publicKey, hash, library.sign(hash, secret, null), this)
        .orElseThrow(() ->
            new IllegalStateException(
                "native secp256k1 made a signature that leads to another key"));
  }

  @Override
  public Optional<PublicKey> recover(byte[] hash, Signature signature) {
    try {
      byte[] uncompressed = library.ecdsaRecover(signature.rAndS(), hash, signature.recoveryId());
      return Optional.of(PublicKey.ofValidBytes(library.pubKeyCompress(uncompressed)));
    } catch (Secp256k1Exception unrecoverable) {
      return Optional.empty();
    }
  }
}
