package io.rollcall.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenAddressTests {

  @ParameterizedTest
  @CsvSource({
    ":8080, '', 8080",
    "127.0.0.1:0, 127.0.0.1, 0",
    "publisher.example.com:65535, publisher.example.com, 65535",
    "[::1]:8080, ::1, 8080",
  })
  void theGoFormIsReadAndWrittenAgain(String text, String host, int port) {
    ListenAddress address = ListenAddress.parse(text);

    assertThat(address).isEqualTo(new ListenAddress(host, port));
    assertThat(address).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "8080", "host", "host:", ":port", "::1:8080", "a b:1", "[::1:8080"})
  void anythingElseIsRefusedWithWhatWasExpected(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ListenAddress.parse(text))
        .withMessageContaining("'" + text + "'")
        .withMessageContaining(":8080");
  }

  @Test
  void aPortThatDoesNotExistIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ListenAddress.parse(":70000"))
        .withMessageContaining("70000")
        .withMessageContaining("65535");
  }

  @Test
  void aSocketIsShownByNumberAndAllAddressesByNone() {
    assertThat(ListenAddress.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)))
        .hasToString("127.0.0.1:1");
    assertThat(ListenAddress.of(new InetSocketAddress(2))).hasToString(":2");
  }
}
