package io.rollcall.publisher.config;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.transport.testing.ConfigurationMetadata;
import org.junit.jupiter.api.Test;

/** The properties as editors and manuals see them: names, types and defaults are a contract. */
class ConfigurationMetadataTests {

  @Test
  void describesEveryPropertyWithTypeAndDefault() {
    assertThat(ConfigurationMetadata.of("publisher."))
        .containsOnly(
            entry("publisher.scp.timeout", "Duration = 3s"),
            entry("publisher.scp.max-in-flight-per-chain", "Integer = 1"),
            entry("publisher.scp.queue-capacity", "Integer = 10000"),
            entry("publisher.scp.queue-bytes", "DataSize = 256MB"),
            entry("publisher.scp.queue-expiry", "Duration = 30s"),
            entry("publisher.storage.url", "String = jdbc:sqlite:data/publisher.db"),
            entry("publisher.storage.username", "String"),
            entry("publisher.storage.password", "String"),
            entry("publisher.retention.age", "Duration = 7d"),
            entry("publisher.retention.count", "Integer = 1000000"),
            entry("publisher.retention.outcomes", "Duration = 90d"));
  }
}
