package io.rollcall.transport.testing;

import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.KeyPair;
import io.rollcall.transport.auth.KeyPairs;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.Signer;
import io.rollcall.transport.auth.TrustedKeys;
import io.rollcall.transport.session.ClientHandshake;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;

/** Keys that are the same in every run: of a name, or of a number. Never for anything real. */
public final class TestKeys {

  private TestKeys() {}

  /** 64 hex digits: SHA-256 of the name. */
  public static String privateKeyHex(String name) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  /** The pair of a name. */
  public static KeyPair named(String name) {
    return KeyPairs.fromHex(privateKeyHex(name));
  }

  /** The pair of a number, from 1: the scalar itself. */
  public static KeyPair numbered(int number) {
    return KeyPairs.fromHex("%064x".formatted(number));
  }

  /** The public key of a name. */
  public static PublicKey publicKey(String name) {
    return named(name).publicKey();
  }

  /** Signs with the key of a name. */
  public static Signer signer(String name) {
    return Signer.of(named(name));
  }

  /** Signs with the key of a name, and trusts nobody yet. */
  public static EcdsaAuthManager authManager(String name) {
    return EcdsaAuthManager.create(signer(name), new TrustedKeys());
  }

  /** A fresh hello of the holder of this key, which is also what it calls itself. */
  public static HandshakeRequest hello(String name) {
    return new ClientHandshake(authManager(name), name, InstantSource.system(), new SecureRandom())
        .hello();
  }
}
