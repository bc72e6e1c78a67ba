package io.rollcall.transport.autoconfigure;

import io.rollcall.proto.ChainId;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.HandshakePolicy;
import io.rollcall.transport.InvalidSettingException;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.session.ClientHandshakeSettings;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code auth.*}. Keys are checked where they are read, so that no message repeats a
 * private one; {@link #toString()} leaves it out for the same reason.
 *
 * @param enabled Whether connections are authenticated. When off, anybody may connect and vote.
 * @param requireAuth Whether a peer without a handshake is refused, when enabled.
 * @param allowUntrusted Whether a peer with a valid but unknown key is admitted, when enabled; it
 *     may submit but not vote.
 * @param privateKey Own private key: 64 hex digits. Generated at each start when neither this nor
 *     private-key-file is given.
 * @param privateKeyFile File with the own private key: 64 hex digits, with or without a newline.
 *     Excludes private-key.
 * @param trustedSequencers Who is trusted, by id: a compressed public key (66 hex digits), or an
 *     object of public-keys, chain-ids, connections and handshake.
 * @param trustedSequencersFile YAML file with further entries in the same form, relative to the
 *     working folder; changes of it are used within a second. Empty: none.
 * @param clockSkew How far the timestamp of a hello may be from this clock, either way; 1 second to
 *     10 minutes.
 * @param maxOffences At so many messages in a minute for chains that are not its own a connection
 *     is closed.
 * @param replayFile File that keeps hellos from being replayed after a restart, relative to the
 *     working folder; for one server alone. Empty: they are remembered in memory alone.
 * @param handshake Which handshakes are spoken: v1 (the SDK's), v2 (Rollcall's own, by which both
 *     sides prove their keys), or auto: v2 with whoever offers it, v1 with others.
 * @param networkId What this network is called: by handshake v2 peers of another do not connect.
 * @param serverPublicKey The client's server has to prove one of these public keys, 66 hex digits
 *     each: one or several separated by commas. Implies handshake v2.
 */
@ConfigurationProperties("auth")
public record AuthProperties(
    @DefaultValue("false") boolean enabled,
    @DefaultValue("true") boolean requireAuth,
    @DefaultValue("false") boolean allowUntrusted,
    @DefaultValue("") String privateKey,
    @DefaultValue("") String privateKeyFile,
    @DefaultValue Map<String, TrustedSequencer> trustedSequencers,
    @DefaultValue("") String trustedSequencersFile,
    @DefaultValue("30s") Duration clockSkew,
    @DefaultValue("10") int maxOffences,
    @DefaultValue("") String replayFile,
    @DefaultValue("auto") HandshakePolicy handshake,
    @DefaultValue("") String networkId,
    @DefaultValue List<String> serverPublicKey) {

  private static final String AUTO = "auto";
  private static final String V2 = "v2";

  static final String PRIVATE_KEY = "auth.private-key";
  static final String PRIVATE_KEY_FILE = "auth.private-key-file";
  static final String REPLAY_FILE = "auth.replay-file";
  static final String HANDSHAKE = "auth.handshake";
  static final String SERVER_PUBLIC_KEY = "auth.server-public-key";
  static final String TRUSTED_SEQUENCERS = "auth.trusted-sequencers";
  static final String TRUSTED_SEQUENCERS_FILE = "auth.trusted-sequencers-file";

  /** Checks what goes together and reads the chain ids; the keys are read later. */
  public AuthProperties {
    privateKey = privateKey.strip();
    privateKeyFile = privateKeyFile.strip();
    replayFile = replayFile.strip();
    networkId = networkId.strip();
    serverPublicKey =
        serverPublicKey.stream().map(String::strip).filter(key -> !key.isEmpty()).toList();
    trustedSequencersFile = trustedSequencersFile.strip();
    trustedSequencers = Collections.unmodifiableMap(new LinkedHashMap<>(trustedSequencers));
    if (!privateKey.isEmpty() && !privateKeyFile.isEmpty()) {
      throw InvalidPropertyException.of(
          PRIVATE_KEY_FILE, privateKeyFile, "nothing, because " + PRIVATE_KEY + " is given too");
    }
    if (!serverPublicKey.isEmpty()) {
      if (!enabled) {
        throw InvalidPropertyException.of(
            SERVER_PUBLIC_KEY,
            String.join(",", serverPublicKey),
            "nothing while auth.enabled is off: nobody would check it");
      }
      if (handshake == HandshakePolicy.V1) {
        throw InvalidPropertyException.of(
            HANDSHAKE,
            "v1",
            "v2 or auto, because "
                + SERVER_PUBLIC_KEY
                + " is given and a server proves no key by v1");
      }
    }
    if (!enabled && handshake == HandshakePolicy.V2) {
      throw InvalidPropertyException.of(
          HANDSHAKE, "v2", "v1 or auto while auth.enabled is off: nobody shakes hands");
    }
    var _ = clientHandshakeSettings(handshake, networkId, serverPublicKey);
    HandshakePolicy spoken = handshake;
    trustedSequencers.forEach((id, entry) -> {
      check(TRUSTED_SEQUENCERS + "." + id, entry);
      if (entry.v2Only() && spoken == HandshakePolicy.V1) {
        throw InvalidPropertyException.of(
            TRUSTED_SEQUENCERS + "." + id + ".handshake",
            V2,
            "auto, because " + HANDSHAKE + " is v1: nobody could connect with it");
      }
    });
  }

  /**
   * Whom a server admits.
   *
   * @throws InvalidPropertyException when a value is out of its limits
   */
  public AdmissionSettings toAdmissionSettings() {
    try {
      return new AdmissionSettings(
          enabled,
          enabled && requireAuth,
          enabled && allowUntrusted,
          clockSkew,
          maxOffences,
          handshake,
          networkId);
    } catch (InvalidSettingException e) {
      throw InvalidPropertyException.of("auth." + e.setting(), e.value(), e.expected());
    }
  }

  /**
   * Which handshakes a client takes part in, and with whom.
   *
   * @throws InvalidPropertyException when a key is none, or the network id too long
   */
  ClientHandshakeSettings toClientHandshakeSettings() {
    return clientHandshakeSettings(handshake, networkId, serverPublicKey);
  }

  private static ClientHandshakeSettings clientHandshakeSettings(
      HandshakePolicy handshake, String networkId, List<String> serverPublicKey) {
    Set<PublicKey> keys = new LinkedHashSet<>();
    for (String key : serverPublicKey) {
      try {
        keys.add(PublicKey.parse(key));
      } catch (IllegalArgumentException e) {
        throw InvalidPropertyException.of(
            SERVER_PUBLIC_KEY,
            key,
            "a secp256k1 public key of 66 hex digits, or several separated by commas ("
                + e.getMessage()
                + ")");
      }
    }
    try {
      return new ClientHandshakeSettings(
          keys.isEmpty() ? handshake : HandshakePolicy.V2, networkId, keys);
    } catch (InvalidSettingException e) {
      throw InvalidPropertyException.of("auth." + e.setting(), e.value(), e.expected());
    }
  }

  /** Everything but the private key. */
  @Override
  public String toString() {
    return "AuthProperties[enabled=%s, requireAuth=%s, allowUntrusted=%s, privateKeyFile=%s, trustedSequencers=%s, trustedSequencersFile=%s, clockSkew=%s, maxOffences=%s, replayFile=%s, handshake=%s, networkId=%s, serverPublicKey=%s]"
        .formatted(
            enabled,
            requireAuth,
            allowUntrusted,
            privateKeyFile,
            trustedSequencers,
            trustedSequencersFile,
            clockSkew,
            maxOffences,
            replayFile,
            handshake,
            networkId,
            serverPublicKey);
  }

  static void check(String property, TrustedSequencer entry) {
    if (entry.publicKeys().isEmpty()) {
      throw InvalidPropertyException.of(
          property + ".public-keys", "", "at least one public key of 66 hex digits");
    }
    if (entry.connections() < 1) {
      throw InvalidPropertyException.of(
          property + ".connections", entry.connections(), "at least 1");
    }
    if (!entry.handshake().equals(AUTO) && !entry.handshake().equals(V2)) {
      throw InvalidPropertyException.of(property + ".handshake", entry.handshake(), "auto or v2");
    }
    for (String chainId : entry.chainIds()) {
      try {
        ChainId.parse(chainId);
      } catch (IllegalArgumentException e) {
        throw InvalidPropertyException.of(
            property + ".chain-ids", chainId, "a positive decimal number or 0x and hex digits");
      }
    }
  }

  /**
   * One trusted peer.
   *
   * @param publicKeys its compressed public keys, 66 hex digits each
   * @param chainIds the chains it is bound to, decimal or {@code 0x}; empty when bound to none
   * @param connections how many it may have at a time
   * @param handshake {@code auto}, or {@code v2}: then it is let in by handshake v2 alone
   */
  public record TrustedSequencer(
      @DefaultValue List<String> publicKeys,
      @DefaultValue List<String> chainIds,
      @DefaultValue("1") int connections,
      @DefaultValue(AUTO) String handshake) {

    /** Keeps copies. */
    public TrustedSequencer {
      handshake = handshake.strip().toLowerCase(Locale.ROOT);
      publicKeys = List.copyOf(publicKeys);
      chainIds = List.copyOf(chainIds);
    }

    /** The short form, a public key alone; Spring's binder finds it by its name. */
    public static TrustedSequencer valueOf(String publicKey) {
      return new TrustedSequencer(List.of(publicKey.strip()), List.of(), 1, AUTO);
    }

    /** Whether it is let in by handshake v2 alone. */
    public boolean v2Only() {
      return handshake.equals(V2);
    }

    /** The chains it is bound to, in the order given. */
    public Set<ChainId> chains() {
      Set<ChainId> chains = new LinkedHashSet<>();
      chainIds.forEach(text -> chains.add(ChainId.parse(text)));
      return Collections.unmodifiableSet(chains);
    }
  }
}
