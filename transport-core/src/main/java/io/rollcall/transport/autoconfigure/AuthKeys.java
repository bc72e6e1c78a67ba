package io.rollcall.transport.autoconfigure;

import io.rollcall.transport.auth.KeyPair;
import io.rollcall.transport.auth.KeyPairs;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.auth.TrustedKeys;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The keys of {@code auth.*}, read and checked - also when authentication is off, so that a wrong
 * one is found before the day it is turned on.
 *
 * @param own the configured key pair; empty when none is configured
 * @param trusted whom the configuration trusts
 */
record AuthKeys(Optional<KeyPair> own, TrustedKeys trusted) {

  private static final String KEY_FORM = "64 hex digits without 0x, in quotes if the file is YAML";

  /**
   * Reads them.
   *
   * @throws InvalidPropertyException naming the property; never with a private key
   */
  static AuthKeys of(AuthProperties properties) {
    return new AuthKeys(own(properties), trusted(properties));
  }

  /**
   * For an application whose key is not in the configuration: two sources of a key, and nobody
   * could say which of them counts.
   *
   * @throws InvalidPropertyException when there is one in the configuration
   */
  static void refuseOwn(AuthProperties properties) {
    String expected = "nothing, because the application has a Signer bean, which signs";
    if (!properties.privateKey().isEmpty()) {
      throw InvalidPropertyException.ofSecret(AuthProperties.PRIVATE_KEY, expected);
    }
    if (!properties.privateKeyFile().isEmpty()) {
      throw InvalidPropertyException.of(
          AuthProperties.PRIVATE_KEY_FILE, properties.privateKeyFile(), expected);
    }
  }

  private static Optional<KeyPair> own(AuthProperties properties) {
    if (!properties.privateKey().isEmpty()) {
      try {
        return Optional.of(KeyPairs.fromHex(properties.privateKey()));
      } catch (IllegalArgumentException e) {
        throw InvalidPropertyException.ofSecret(
            AuthProperties.PRIVATE_KEY, KEY_FORM + " (" + e.getMessage() + ")");
      }
    }
    if (!properties.privateKeyFile().isEmpty()) {
      try {
        return Optional.of(KeyPairs.fromFile(Path.of(properties.privateKeyFile())));
      } catch (IllegalArgumentException e) {
        throw InvalidPropertyException.of(
            AuthProperties.PRIVATE_KEY_FILE,
            properties.privateKeyFile(),
            "a file with 64 hex digits (" + e.getMessage() + ")");
      }
    }
    return Optional.empty();
  }

  private static TrustedKeys trusted(AuthProperties properties) {
    TrustedKeys trusted = new TrustedKeys();
    Map<PublicKey, String> owners = new LinkedHashMap<>();
    properties
        .trustedSequencers()
        .forEach((id, entry) -> {
          String property = AuthProperties.TRUSTED_SEQUENCERS + "." + id;
          Set<PublicKey> keys = new LinkedHashSet<>();
          for (String text : entry.publicKeys()) {
            PublicKey key = publicKey(property, text);
            String owner = owners.putIfAbsent(key, id);
            if (owner != null && !owner.equals(id)) {
              throw InvalidPropertyException.of(
                  property, text, "a key that is not the key of '" + owner + "' too");
            }
            keys.add(key);
          }
          try {
            trusted.put(new TrustedEntry(id, keys, entry.chains(), entry.connections(), false));
          } catch (IllegalArgumentException e) {
            throw InvalidPropertyException.of(
                property,
                id,
                "an id that is not reserved: not publisher, server, unauthenticated or"
                    + " unknown:...");
          }
        });
    return trusted;
  }

  private static PublicKey publicKey(String property, String text) {
    try {
      return PublicKey.parse(text);
    } catch (IllegalArgumentException e) {
      throw InvalidPropertyException.of(
          property,
          text,
          "a secp256k1 public key of 66 hex digits (compressed), or an object of public-keys and"
              + " chain-ids ("
              + e.getMessage()
              + ")");
    }
  }
}
