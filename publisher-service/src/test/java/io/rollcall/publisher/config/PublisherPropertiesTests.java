package io.rollcall.publisher.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.transport.autoconfigure.InvalidPropertyException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.unit.DataSize;

class PublisherPropertiesTests {

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner().withUserConfiguration(Binding.class);

  @Test
  void everythingHasADefault() {
    runner.run(context ->
        assertThat(context.getBean(PublisherProperties.class))
            .isEqualTo(
                new PublisherProperties(
                    new PublisherProperties.Scp(
                        Duration.ofSeconds(3),
                        1,
                        10_000,
                        DataSize.ofMegabytes(256),
                        Duration.ofSeconds(30)),
                    new PublisherProperties.Storage("jdbc:sqlite:data/publisher.db", null, null),
                    new PublisherProperties.Retention(
                        Duration.ofDays(7), 1_000_000, Duration.ofDays(90)))));
  }

  @Test
  void takesValuesWithUnits() {
    runner
        .withPropertyValues(
            "publisher.scp.timeout=1500ms",
            "publisher.scp.max-in-flight-per-chain=64",
            "publisher.scp.queue-bytes=1MB",
            "publisher.retention.age=1d")
        .run(context -> {
          PublisherProperties properties = context.getBean(PublisherProperties.class);
          assertThat(properties.scp().timeout()).isEqualTo(Duration.ofMillis(1500));
          assertThat(properties.scp().maxInFlightPerChain()).isEqualTo(64);
          assertThat(properties.scp().queueBytes()).isEqualTo(DataSize.ofMegabytes(1));
          assertThat(properties.retention().age()).isEqualTo(Duration.ofDays(1));
        });
  }

  @ParameterizedTest
  @CsvSource({
    "publisher.scp.timeout, 0s, a duration above 0",
    "publisher.scp.timeout, 400d, at most 365d",
    "publisher.scp.max-in-flight-per-chain, 0, a whole number above 0",
    "publisher.scp.queue-capacity, -1, a whole number above 0",
    "publisher.scp.queue-bytes, 0B, a size above 0",
    "publisher.scp.queue-expiry, -1s, a duration above 0",
    "publisher.storage.url, jdbc:mysql://host/x, jdbc:postgresql://host/database",
    "publisher.storage.url, jdbc:sqlite::memory:, jdbc:sqlite:data/rollcall.db",
    "publisher.retention.age, 0s, a duration above 0",
    "publisher.retention.count, 0, a whole number above 0",
    "publisher.retention.outcomes, 0s, a duration above 0"
  })
  void stopsAtAWrongValueAndSaysWhatWasExpected(String property, String value, String expected) {
    runner
        .withPropertyValues(property + "=" + value)
        .run(context ->
            assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOfSatisfying(
                    InvalidPropertyException.class,
                    failure -> {
                      assertThat(failure.property()).isEqualTo(property);
                      assertThat(failure.expected()).contains(expected);
                    }));
  }

  @Test
  void stopsAtAPropertyThatDoesNotExist() {
    runner
        .withPropertyValues("publisher.scp.timout=3s")
        .run(
            context -> assertThat(context).getFailure().rootCause().hasMessageContaining("timout"));
  }

  @EnableConfigurationProperties(PublisherProperties.class)
  static class Binding {}
}
