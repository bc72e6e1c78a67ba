package io.rollcall.sequencer.config;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.transport.testing.ConfigurationMetadata;
import org.junit.jupiter.api.Test;

/** The properties as editors and manuals see them: names, types and defaults are a contract. */
class ConfigurationMetadataTests {

  @Test
  void describesEveryPropertyWithTypeAndDefault() {
    assertThat(ConfigurationMetadata.of("sequencer."))
        .containsOnly(
            entry("sequencer.chain-id", "String"),
            entry("sequencer.scp.vote-deadline", "Duration = 2s"),
            entry("sequencer.execution.type", "String = ledger"),
            entry("sequencer.execution.url", "String"),
            entry("sequencer.execution.genesis", "Map<String,String>"),
            entry("sequencer.storage.url", "String = jdbc:sqlite:data/sequencer.db"),
            entry("sequencer.storage.username", "String"),
            entry("sequencer.storage.password", "String"),
            entry("sequencer.retention.age", "Duration = 7d"),
            entry("sequencer.retention.count", "Integer = 1000000"),
            entry("sequencer.retention.outcomes", "Duration = 90d"));
  }
}
