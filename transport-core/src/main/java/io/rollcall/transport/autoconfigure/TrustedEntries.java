package io.rollcall.transport.autoconfigure;

import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.auth.TrustedKeys;
import io.rollcall.transport.autoconfigure.AuthProperties.TrustedSequencer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Trusted entries as people write them, checked: in properties and in the file alike. */
final class TrustedEntries {

  private static final Set<String> MEMBERS =
      Set.of("publickeys", "chainids", "connections", "handshake");

  private TrustedEntries() {}

  /**
   * Reads entries.
   *
   * @param prefix what stands before an id where it is written
   * @throws InvalidPropertyException naming the entry, its member and what was expected
   */
  static List<TrustedEntry> of(String prefix, Map<String, TrustedSequencer> written) {
    List<TrustedEntry> entries = new ArrayList<>();
    TrustedKeys together = new TrustedKeys();
    written.forEach((id, sequencer) -> {
      String name = prefix + id;
      check(name, sequencer);
      Set<PublicKey> keys = new LinkedHashSet<>();
      for (String text : sequencer.publicKeys()) {
        PublicKey key = publicKey(name, text);
        together
            .find(key.bytes())
            .ifPresent(owner -> {
              throw InvalidPropertyException.of(
                  name, text, "a key that is not the key of '" + owner.id() + "' too");
            });
        keys.add(key);
      }
      TrustedEntry entry =
          new TrustedEntry(
              id, keys, sequencer.chains(), sequencer.connections(), sequencer.v2Only());
      try {
        together.put(entry);
      } catch (IllegalArgumentException e) {
        throw InvalidPropertyException.of(
            name,
            id,
            "an id that is not reserved: not publisher, server, unauthenticated or unknown:...");
      }
      entries.add(entry);
    });
    return entries;
  }

  private static void check(String name, TrustedSequencer entry) {
    if (entry.publicKeys().isEmpty()) {
      throw InvalidPropertyException.of(
          name + ".public-keys", "", "at least one public key of 66 hex digits");
    }
    AuthProperties.check(name, entry);
  }

  private static PublicKey publicKey(String name, String text) {
    try {
      return PublicKey.parse(text);
    } catch (IllegalArgumentException e) {
      throw InvalidPropertyException.of(
          name,
          text,
          "a secp256k1 public key of 66 hex digits (compressed), or an object of public-keys and"
              + " chain-ids ("
              + e.getMessage()
              + ")");
    }
  }

  /**
   * A misspelt chain-ids must not leave a trusted peer bound to no chain.
   *
   * @param entry the full name of the entry
   * @throws InvalidPropertyException when an entry has no such member
   */
  static void checkMember(String entry, String member, Object value) {
    if (!MEMBERS.contains(plain(member))) {
      throw InvalidPropertyException.of(
          entry + "." + member,
          value,
          "nothing of that name: an entry is a public key, or has public-keys, chain-ids and connections, and handshake");
    }
  }

  /** The same for every way to write it. */
  static String plain(String member) {
    return member.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
  }
}
