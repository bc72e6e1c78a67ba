package io.rollcall.transport.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class NetworkAddressTests {

  @Test
  void eachIpv4AddressCountsByItself() {
    assertThat(network("10.0.0.1")).isEqualTo(network("10.0.0.1")).hasToString("10.0.0.1");
    assertThat(network("10.0.0.1")).isNotEqualTo(network("10.0.0.2"));
    assertThat(network("255.255.255.255")).hasToString("255.255.255.255");
  }

  @Test
  void theAddressesOfAnIpv6NetworkCountAsOne() {
    assertThat(network("2001:db8:0:1::1"))
        .isEqualTo(network("2001:db8:0:1:ffff:ffff:ffff:ffff"))
        .hasSameHashCodeAs(network("2001:db8:0:1:ffff:ffff:ffff:ffff"))
        .isNotEqualTo(network("2001:db8:0:2::1"))
        .hasToString("2001:db8:0:1:0:0:0:0/64");
  }

  @Test
  void anIpv4AddressInTheFormOfIpv6IsTheIpv4Address() throws Exception {
    byte[] mapped = new byte[16];
    mapped[10] = (byte) 0xFF;
    mapped[11] = (byte) 0xFF;
    mapped[12] = 10;
    mapped[15] = 1;
    // Java makes an IPv4 address of it itself, unless it is asked for one of IPv6.
    InetAddress address = Inet6Address.getByAddress("", mapped, -1);

    assertThat(address).isInstanceOf(Inet6Address.class);
    assertThat(NetworkAddress.of(address)).isEqualTo(network("10.0.0.1"));
  }

  @Test
  void anIpv6NetworkIsNoIpv4AddressOfTheSameBits() {
    assertThat(network("0:0:a00:1::")).isNotEqualTo(network("10.0.0.1"));
  }

  @Test
  void knowsLoopback() {
    assertThat(network("127.0.0.1").isLoopback()).isTrue();
    assertThat(network("127.255.3.4").isLoopback()).isTrue();
    assertThat(network("::1").isLoopback()).isTrue();
    assertThat(network("128.0.0.1").isLoopback()).isFalse();
    assertThat(network("2001:db8::1").isLoopback()).isFalse();
  }

  static NetworkAddress network(String address) {
    try {
      return NetworkAddress.of(InetAddress.getByName(address));
    } catch (UnknownHostException wrong) {
      throw new IllegalArgumentException(wrong);
    }
  }
}
