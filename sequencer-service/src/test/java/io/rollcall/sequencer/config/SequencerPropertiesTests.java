package io.rollcall.sequencer.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.proto.ChainId;
import io.rollcall.transport.autoconfigure.InvalidPropertyException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

class SequencerPropertiesTests {

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner().withUserConfiguration(Enabled.class);

  @Test
  void hasDefaultsForEverythingButTheChain() {
    AtomicBoolean ran = new AtomicBoolean();
    runner
        .withPropertyValues("sequencer.chain-id=0xd903")
        .run(context -> {
          SequencerProperties properties = context.getBean(SequencerProperties.class);
          assertThat(properties.chain()).isEqualTo(ChainId.of(55_555));
          assertThat(properties.scp().voteDeadline()).isEqualTo(Duration.ofSeconds(2));
          assertThat(properties.execution().type()).isEqualTo("ledger");
          assertThat(properties.storage().url()).isEqualTo("jdbc:sqlite:data/sequencer.db");
          assertThat(properties.retention().age()).isEqualTo(Duration.ofDays(7));
          assertThat(properties.retention().count()).isEqualTo(1_000_000);
          ran.set(true);
        });
    assertThat(ran).isTrue();
  }

  @Test
  void doesNotStartWithoutAChain() {
    runner.run(context ->
        assertThat(context.getStartupFailure())
            .rootCause()
            .isInstanceOf(InvalidPropertyException.class)
            .hasMessageContaining("sequencer.chain-id")
            .hasMessageContaining("55555"));
  }

  @Test
  void aMisspeltPropertyStopsStartUpAndIsNamed() {
    runner
        .withPropertyValues("sequencer.chain-id=1", "sequencer.scp.vote-dedline=1s")
        .run(context ->
            assertThat(context.getStartupFailure())
                .hasStackTraceContaining("sequencer.scp.vote-dedline"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          sequencer.chain-id                   | abc             | positive decimal number
          sequencer.chain-id                   | 0               | positive decimal number
          sequencer.scp.vote-deadline          | 0ms             | more than zero
          sequencer.execution.type             | evm             | not available in this version
          sequencer.execution.type             | geth            | ledger
          sequencer.execution.url              | http://x        | not available in this version
          sequencer.execution.genesis.0x12     | 5               | 40 hex digits
          sequencer.execution.genesis.0x7e5f4552091a69125d5dfcb7b8c2659029395bdf | -5 | decimal number of wei
          sequencer.storage.url                | jdbc:mysql:x    | jdbc:postgresql://host/database, or memory
          sequencer.retention.count            | 0               | at least 1
          sequencer.retention.age              | -5ms            | more than zero
          """)
  void namesTheWrongPropertyItsValueAndWhatWasExpected(
      String property, String value, String expected) {
    runner
        .withPropertyValues("sequencer.chain-id=55555", property + "=" + value)
        .run(context ->
            assertThat(context.getStartupFailure())
                .rootCause()
                .isInstanceOf(InvalidPropertyException.class)
                .hasMessageContaining(property)
                .hasMessageContaining(value)
                .hasMessageContaining(expected));
  }

  @Configuration(proxyBeanMethods = false)
  @EnableConfigurationProperties(SequencerProperties.class)
  static class Enabled {}
}
