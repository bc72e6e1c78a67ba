package io.rollcall.transport.autoconfigure;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.transport.testing.ConfigurationMetadata;
import org.junit.jupiter.api.Test;

/** The properties as editors and manuals see them: names, types and defaults are a contract. */
class ConfigurationMetadataTests {

  @Test
  void describesEveryTransportPropertyWithTypeAndDefault() {
    assertThat(ConfigurationMetadata.of("transport."))
        .containsOnly(
            entry("transport.listen-addr", "String"),
            entry("transport.server-addr", "List<String>"),
            entry("transport.max-connections", "Integer = 1000"),
            entry("transport.max-message-size", "DataSize = 10MB"),
            entry("transport.read-timeout", "Duration = 30s"),
            // Depends on the side, or on max-message-size; the description says how.
            entry("transport.write-timeout", "Duration"),
            entry("transport.connect-timeout", "Duration = 10s"),
            entry("transport.reconnect-delay", "Duration = 5s"),
            entry("transport.handshake-timeout", "Duration = 5s"),
            entry("transport.buffer-size", "DataSize = 64KB"),
            entry("transport.keep-alive", "Boolean = true"),
            entry("transport.keep-alive-period", "Duration = 30s"),
            entry("transport.outbound-buffer", "DataSize"),
            entry("transport.outbound-buffer-total", "DataSize = 256MB"),
            entry("transport.inbound-buffer", "DataSize"),
            entry("transport.stop-timeout", "Duration = 10s"),
            entry("transport.compression", "Compression = none"),
            entry("transport.compression-threshold", "DataSize = 4KB"),
            entry("transport.unauthenticated.max", "Integer = 1024"),
            entry("transport.unauthenticated.max-per-address", "Integer = 64"),
            entry("transport.throttle.rate", "Integer = 5"),
            entry("transport.throttle.burst", "Integer = 50"),
            entry("transport.throttle.loopback", "Boolean = false"),
            entry("transport.ssl.bundle", "String = "),
            entry("transport.ssl.client-auth", "ClientAuth = none"));
  }

  @Test
  void describesEveryAuthPropertyWithTypeAndDefault() {
    assertThat(ConfigurationMetadata.of("auth."))
        .containsOnly(
            entry("auth.enabled", "Boolean = false"),
            entry("auth.require-auth", "Boolean = true"),
            entry("auth.allow-untrusted", "Boolean = false"),
            entry("auth.private-key", "String = "),
            entry("auth.private-key-file", "String = "),
            entry("auth.trusted-sequencers", "Map<String,TrustedSequencer>"),
            entry("auth.trusted-sequencers-file", "String = "),
            entry("auth.clock-skew", "Duration = 30s"),
            entry("auth.max-offences", "Integer = 10"),
            entry("auth.replay-file", "String = "),
            entry("auth.handshake", "HandshakePolicy = auto"),
            entry("auth.network-id", "String = "),
            entry("auth.server-public-key", "List<String>"));
  }
}
