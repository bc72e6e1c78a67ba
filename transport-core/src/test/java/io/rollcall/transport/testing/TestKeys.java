package io.rollcall.transport.testing;

import com.google.protobuf.ByteString;
import io.rollcall.proto.v1.HandshakeRequest;
import io.rollcall.transport.Compression;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.KeyPair;
import io.rollcall.transport.auth.KeyPairs;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.Signer;
import io.rollcall.transport.auth.TrustedKeys;
import io.rollcall.transport.session.ClientHandshake;
import io.rollcall.transport.session.ClientHandshakeSettings;
import io.rollcall.transport.session.ReceivedHello;
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

  /** A fresh v1 hello of the holder of this key, which is also what it calls itself. */
  public static HandshakeRequest hello(String name) {
    return hello(authManager(name));
  }

  /** A fresh v1 hello of whoever signs like this. */
  public static HandshakeRequest hello(AuthManager who) {
    return hello(who, InstantSource.system());
  }

  /** The same at another time. */
  public static HandshakeRequest hello(AuthManager who, InstantSource clock) {
    return new ClientHandshake(
            who, "client-1", ClientHandshakeSettings.V1, clock, new SecureRandom())
        .begin(ByteString.EMPTY, Compression.NONE)
        .hello();
  }

  /** As it comes to a server without TLS. */
  public static ReceivedHello received(HandshakeRequest hello) {
    return new ReceivedHello(hello, hello.toByteString(), ByteString.EMPTY, Compression.NONE);
  }
}
