package io.rollcall.sequencer.testing;

import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;

/** Puts the test in the publisher's place. */
@TestConfiguration(proxyBeanMethods = false)
public class FakePublisherConfiguration {

  @Bean
  FakePublisher fakePublisher(ApplicationEventPublisher events) {
    return new FakePublisher(events::publishEvent);
  }
}
