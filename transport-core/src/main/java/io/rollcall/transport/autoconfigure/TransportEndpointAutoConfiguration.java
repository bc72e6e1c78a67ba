package io.rollcall.transport.autoconfigure;

import io.rollcall.transport.TransportClient;
import io.rollcall.transport.TransportServer;
import io.rollcall.transport.actuate.TransportEndpoint;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** The endpoint {@code transport}, where it is exposed. */
@AutoConfiguration(
    after = {TransportServerAutoConfiguration.class, TransportClientAutoConfiguration.class})
@ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
@ConditionalOnAvailableEndpoint(TransportEndpoint.class)
public final class TransportEndpointAutoConfiguration {

  @Bean
  @ConditionalOnMissingBean
  TransportEndpoint transportEndpoint(
      ObjectProvider<TransportServer> server, ObjectProvider<TransportClient> client) {
    return new TransportEndpoint(server.getIfAvailable(), client.getIfAvailable());
  }
}
