package io.rollcall.transport.auth;

import com.google.protobuf.ByteString;
import io.rollcall.transport.PeerIdentity;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.web3j.crypto.Hash;

/** The secp256k1 implementation: the native library where it loads, else a portable one. */
public final class EcdsaAuthManager implements AuthManager {

  private static final Logger log = LoggerFactory.getLogger(EcdsaAuthManager.class);

  private final KeyPair keyPair;
  private final TrustedKeys trusted;
  private final Secp256k1Provider secp256k1;

  private EcdsaAuthManager(KeyPair keyPair, TrustedKeys trusted, Secp256k1Provider secp256k1) {
    this.keyPair = keyPair;
    this.trusted = trusted;
    this.secp256k1 = secp256k1;
    log.info(
        "secp256k1 is {}, own public key {}, address {}",
        secp256k1.name(),
        keyPair.publicKey(),
        address());
  }

  /** Takes the native library where it loads. */
  public static EcdsaAuthManager create(KeyPair keyPair, TrustedKeys trusted) {
    Optional<Secp256k1Provider> fast = NativeSecp256k1.load();
    return new EcdsaAuthManager(keyPair, trusted, fast.orElseGet(PortableSecp256k1::new));
  }

  /** Never takes the native library; the results are the same, several times slower. */
  public static EcdsaAuthManager createPortable(KeyPair keyPair, TrustedKeys trusted) {
    return new EcdsaAuthManager(keyPair, trusted, new PortableSecp256k1());
  }

  @Override
  public Signature sign(byte[] data) {
    return secp256k1.sign(Hash.sha3(data), keyPair);
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
    return keyPair.publicKey().address();
  }

  @Override
  public PublicKey publicKey() {
    return keyPair.publicKey();
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
