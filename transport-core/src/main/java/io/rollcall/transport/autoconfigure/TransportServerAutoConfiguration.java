package io.rollcall.transport.autoconfigure;

import io.rollcall.transport.TransportServer;
import io.rollcall.transport.lifecycle.TransportServerLifecycle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;

/** A server, where {@code transport.listen-addr} is set. */
@AutoConfiguration(after = TransportAutoConfiguration.class)
@ConditionalOnAddress(TransportProperties.LISTEN_ADDR)
public final class TransportServerAutoConfiguration {

  private static final Logger log = LoggerFactory.getLogger(TransportServerAutoConfiguration.class);

  @Bean
  @ConditionalOnBean(TransportServer.class)
  @ConditionalOnMissingBean
  TransportServerLifecycle transportServerLifecycle(
      TransportServer server, AuthProperties auth, ApplicationEventPublisher events) {
    if (!auth.enabled()) {
      log.warn("Authentication is off (auth.enabled=false): anybody may connect and vote");
    }
    return new TransportServerLifecycle(server, events);
  }
}
