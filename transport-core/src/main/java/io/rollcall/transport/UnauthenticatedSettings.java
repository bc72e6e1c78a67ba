package io.rollcall.transport;

/**
 * How many connections may wait for their authentication. At a bound the oldest of the address that
 * has most of them is closed for the newcomer; one whose hello has arrived is not among them.
 *
 * @param max over all addresses
 * @param maxPerAddress of one IPv4 address or IPv6 /64 network; 0 for no bound of its own
 */
public record UnauthenticatedSettings(int max, int maxPerAddress) {

  /** 1024, and 64 of one address. */
  public static final UnauthenticatedSettings DEFAULT = new UnauthenticatedSettings(1024, 64);

  /** Checks both. */
  public UnauthenticatedSettings {
    ConnectionSettings.require(
        max > 0 && max <= 1_000_000, "unauthenticated.max", max, "from 1 to 1000000");
    ConnectionSettings.require(
        maxPerAddress >= 0,
        "unauthenticated.max-per-address",
        maxPerAddress,
        "at least 1, or 0 for no bound of its own");
  }
}
