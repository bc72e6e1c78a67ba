package io.rollcall.transport.session;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * An address as peers are counted by it: an IPv4 address, or the first 64 bits of an IPv6 address,
 * because whoever has one address of such a network has all of them. An IPv4 address in the clothes
 * of IPv6 ({@code ::ffff:10.0.0.1}) is the IPv4 address. Immutable.
 */
public final class NetworkAddress {

  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;
  private static final int LOOPBACK_NETWORK = 127;

  private final boolean ipv6;
  private final long bits;

  private NetworkAddress(boolean ipv6, long bits) {
    this.ipv6 = ipv6;
    this.bits = bits;
  }

  /** What this address is counted by. */
  public static NetworkAddress of(InetAddress address) {
    ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
    if (bytes.capacity() == IPV4_BYTES) {
      return new NetworkAddress(false, Integer.toUnsignedLong(bytes.getInt()));
    }
    long high = bytes.getLong();
    int middle = bytes.getInt();
    return high == 0 && middle == 0xFFFF
        ? new NetworkAddress(false, Integer.toUnsignedLong(bytes.getInt()))
        : new NetworkAddress(true, high);
  }

  /** Whether only this machine has it: 127.0.0.0/8, or the network of {@code ::1}. */
  public boolean isLoopback() {
    return ipv6 ? bits == 0 : bits >>> 24 == LOOPBACK_NETWORK;
  }

  /** The address; of IPv6 the first of its network. */
  public InetAddress first() {
    ByteBuffer bytes = ByteBuffer.allocate(ipv6 ? IPV6_BYTES : IPV4_BYTES);
    if (ipv6) {
      bytes.putLong(bits);
    } else {
      bytes.putInt((int) bits);
    }
    try {
      return InetAddress.getByAddress(bytes.array());
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException("an address has 4 or 16 bytes", impossible);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NetworkAddress that && ipv6 == that.ipv6 && bits == that.bits;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(bits);
  }

  /** {@code 10.0.0.1}, or {@code 2001:db8:0:1:0:0:0:0/64}. */
  @Override
  public String toString() {
    return first().getHostAddress() + (ipv6 ? "/64" : "");
  }
}
