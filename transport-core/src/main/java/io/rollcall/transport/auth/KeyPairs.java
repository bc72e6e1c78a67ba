package io.rollcall.transport.auth;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.web3j.crypto.Sign;

/**
 * Where key pairs come from: hex, a file, or chance. What is wrong with a private key is said
 * without showing any part of it.
 */
public final class KeyPairs {

  private static final int HEX_DIGITS = 2 * KeyPair.SECRET_BYTES;

  /** No key file is longer; reading stops there, whatever the path points to. */
  private static final int MOST_FILE_BYTES = 1024;

  private KeyPairs() {}

  /**
   * Reads a private key of exactly 64 hex digits, without {@code 0x}.
   *
   * @throws IllegalArgumentException saying what is wrong, without the key
   */
  public static KeyPair fromHex(String hex) {
    String expected = ", expected " + HEX_DIGITS + " hex digits";
    if (hex.isEmpty()) {
      throw new IllegalArgumentException("private key is empty" + expected);
    }
    if (hex.startsWith("0x") || hex.startsWith("0X")) {
      throw new IllegalArgumentException("private key starts with 0x" + expected + " without it");
    }
    for (int i = 0; i < hex.length(); i++) {
      if (!HexFormat.isHexDigit(hex.charAt(i))) {
        throw new IllegalArgumentException(
            "private key has no hex digit at position " + (i + 1) + expected);
      }
    }
    if (hex.length() != HEX_DIGITS) {
      throw new IllegalArgumentException(
          "private key has " + hex.length() + " hex digits, expected " + HEX_DIGITS);
    }
    byte[] secret = HexFormat.of().parseHex(hex);
    if (!inRange(secret)) {
      throw new IllegalArgumentException(
          "private key is out of range, expected at least 1 and less than the order of secp256k1");
    }
    return new KeyPair(secret);
  }

  /**
   * Reads a file of 64 hex digits, with or without a newline after them.
   *
   * @throws IllegalArgumentException naming the file and what is wrong, without the key
   */
  public static KeyPair fromFile(Path file) {
    String content;
    try (InputStream in = Files.newInputStream(file)) {
      content = new String(in.readNBytes(MOST_FILE_BYTES), StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("private key file " + file + " does not exist", e);
    } catch (AccessDeniedException e) {
      throw new IllegalArgumentException("private key file " + file + " may not be read", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "private key file " + file + " cannot be read: " + e.getMessage(), e);
    }
    if (content.endsWith("\n")) {
      content = content.substring(0, content.length() - 1);
    }
    if (content.endsWith("\r")) {
      content = content.substring(0, content.length() - 1);
    }
    try {
      return fromHex(content);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "private key file " + file + " holds no key: " + e.getMessage(), e);
    }
  }

  /** A new key; any 32 bytes in range are equally likely. */
  public static KeyPair generate(SecureRandom random) {
    byte[] secret = new byte[KeyPair.SECRET_BYTES];
    do {
      random.nextBytes(secret);
    } while (!inRange(secret));
    return new KeyPair(secret);
  }

  private static boolean inRange(byte[] secret) {
    BigInteger scalar = new BigInteger(1, secret);
    return scalar.signum() > 0 && scalar.compareTo(Sign.CURVE_PARAMS.getN()) < 0;
  }
}
