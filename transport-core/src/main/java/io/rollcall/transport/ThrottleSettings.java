package io.rollcall.transport;

/**
 * How often one IPv4 address or IPv6 /64 network may try: a token bucket. A connection takes a
 * token, a failed handshake takes another, and a refused attempt takes none.
 *
 * @param rate tokens that come back in a second; 0 switches the throttle off
 * @param burst tokens at most, and in the beginning
 * @param loopback whether connections from this machine are throttled too
 */
public record ThrottleSettings(int rate, int burst, boolean loopback) {

  /** 5 a second, 50 at once, not for loopback. */
  public static final ThrottleSettings DEFAULT = new ThrottleSettings(5, 50, false);

  /** Nobody is throttled: for servers behind something that hides addresses. */
  public static final ThrottleSettings OFF = new ThrottleSettings(0, 50, false);

  /** Checks both numbers. */
  public ThrottleSettings {
    ConnectionSettings.require(
        rate >= 0 && rate <= 1_000_000,
        "throttle.rate",
        rate,
        "from 1 to 1000000 a second, or 0 for no throttle");
    ConnectionSettings.require(
        burst > 0 && burst <= 1_000_000, "throttle.burst", burst, "from 1 to 1000000");
  }
}
