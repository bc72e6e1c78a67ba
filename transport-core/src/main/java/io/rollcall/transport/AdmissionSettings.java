package io.rollcall.transport;

import java.time.Duration;

/**
 * Whom a server admits.
 *
 * @param authentication off: everybody, without a handshake; a hello is answered with a refusal
 * @param required with authentication on: whether a peer without a hello is refused
 * @param allowUntrusted with authentication on: whether a valid but unknown key is admitted
 * @param clockSkew how far a hello's timestamp may be from this clock, either way; 1 second to 10
 *     minutes
 * @param maxOffences at this many in a minute a connection is closed
 * @param handshake which handshakes it takes part in, with authentication on
 * @param networkId what it calls its network: by handshake v2 nobody of another gets in; at most 64
 *     characters
 */
public record AdmissionSettings(
    boolean authentication,
    boolean required,
    boolean allowUntrusted,
    Duration clockSkew,
    int maxOffences,
    HandshakePolicy handshake,
    String networkId) {

  /** 30 s, as the SDK. */
  public static final Duration DEFAULT_CLOCK_SKEW = Duration.ofSeconds(30);

  /** 10 in a minute. */
  public static final int DEFAULT_MAX_OFFENCES = 10;

  /** Clocks of a network are no nearer; a number without a unit is milliseconds, by mistake. */
  private static final Duration LEAST_CLOCK_SKEW = Duration.ofSeconds(1);

  private static final Duration MOST_CLOCK_SKEW = Duration.ofMinutes(10);

  private static final int MOST_NETWORK_ID = 64;

  /** Everybody, unauthenticated. */
  public static final AdmissionSettings OPEN = with(false, false, false);

  /** Holders of trusted keys only. */
  public static final AdmissionSettings TRUSTED_ONLY = with(true, true, false);

  /** Checks the limits. */
  public AdmissionSettings {
    ConnectionSettings.require(
        clockSkew.compareTo(LEAST_CLOCK_SKEW) >= 0 && clockSkew.compareTo(MOST_CLOCK_SKEW) <= 0,
        "clock-skew",
        clockSkew,
        "from 1s to 10m");
    ConnectionSettings.require(
        maxOffences > 0 && maxOffences <= 1000, "max-offences", maxOffences, "from 1 to 1000");
    requireNetworkId(networkId);
  }

  /** With the default limits. */
  public static AdmissionSettings with(
      boolean authentication, boolean required, boolean allowUntrusted) {
    return new AdmissionSettings(
        authentication,
        required,
        allowUntrusted,
        DEFAULT_CLOCK_SKEW,
        DEFAULT_MAX_OFFENCES,
        HandshakePolicy.AUTO,
        "");
  }

  /**
   * Checks what a network may be called; server and client have the same rule.
   *
   * @throws InvalidSettingException naming {@code network-id}
   */
  public static void requireNetworkId(String networkId) {
    ConnectionSettings.require(
        networkId.length() <= MOST_NETWORK_ID
            && networkId.chars().allMatch(c -> c >= ' ' && c <= '~'),
        "network-id",
        networkId,
        "at most " + MOST_NETWORK_ID + " printable ASCII characters");
  }
}
