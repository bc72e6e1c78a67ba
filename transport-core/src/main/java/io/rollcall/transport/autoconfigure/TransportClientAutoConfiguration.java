package io.rollcall.transport.autoconfigure;

import io.rollcall.transport.TransportClient;
import io.rollcall.transport.lifecycle.TransportClientLifecycle;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** A client, where {@code transport.server-addr} is set. */
@AutoConfiguration(after = TransportAutoConfiguration.class)
@ConditionalOnAddress(TransportProperties.SERVER_ADDR)
public final class TransportClientAutoConfiguration {

  @Bean
  @ConditionalOnBean(TransportClient.class)
  @ConditionalOnMissingBean
  TransportClientLifecycle transportClientLifecycle(TransportClient client) {
    return new TransportClientLifecycle(client);
  }
}
