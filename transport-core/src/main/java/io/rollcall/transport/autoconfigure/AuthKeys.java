package io.rollcall.transport.autoconfigure;

import com.google.protobuf.ByteString;
import io.rollcall.transport.auth.KeyPair;
import io.rollcall.transport.auth.KeyPairs;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.auth.TrustedKeys;
import io.rollcall.transport.trust.TrustSources;
import io.rollcall.transport.trust.WatchedFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The keys of {@code auth.*}, read and checked - also when authentication is off, so that a wrong
 * one is found before the day it is turned on.
 *
 * @param own the configured key pair; empty when none is configured
 * @param trusted whom the configuration trusts
 * @param sources where that is said
 * @param file what the file of trusted keys held; empty when there is none
 */
record AuthKeys(
    Optional<KeyPair> own, TrustedKeys trusted, TrustSources sources, Optional<ByteString> file) {

  private static final String KEY_FORM = "64 hex digits without 0x, in quotes if the file is YAML";

  /**
   * Reads them.
   *
   * @throws InvalidPropertyException naming the property; never with a private key
   */
  static AuthKeys of(AuthProperties properties) {
    Optional<KeyPair> own = own(properties);
    TrustedKeys trusted = new TrustedKeys();
    Optional<ByteString> file = file(properties);
    return new AuthKeys(own, trusted, sources(properties, trusted, file), file);
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

  private static Optional<ByteString> file(AuthProperties properties) {
    if (properties.trustedSequencersFile().isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(WatchedFile.read(Path.of(properties.trustedSequencersFile())));
    } catch (IllegalArgumentException e) {
      throw wrong(properties, e);
    }
  }

  private static TrustSources sources(
      AuthProperties properties, TrustedKeys trusted, Optional<ByteString> file) {
    List<TrustedEntry> configured =
        TrustedEntries.of(AuthProperties.TRUSTED_SEQUENCERS + ".", properties.trustedSequencers());
    try {
      return new TrustSources(
          trusted, configured, file.map(TrustedSequencersYaml::read).orElse(List.of()));
    } catch (IllegalArgumentException e) {
      throw wrong(properties, e);
    }
  }

  private static InvalidPropertyException wrong(AuthProperties properties, Exception why) {
    return InvalidPropertyException.of(
        AuthProperties.TRUSTED_SEQUENCERS_FILE,
        properties.trustedSequencersFile(),
        "a YAML file of at most 1 MB with what may stand below auth.trusted-sequencers ("
            + why.getMessage()
            + ")");
  }
}
