package io.rollcall.transport.autoconfigure;

import io.rollcall.transport.TransportClient;
import io.rollcall.transport.TransportServer;
import io.rollcall.transport.actuate.TransportEndpoint;
import io.rollcall.transport.actuate.TrustedSequencersEndpoint;
import io.rollcall.transport.trust.TrustSources;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * The endpoints {@code transport} and {@code trustedsequencers}, where they are exposed; the second
 * where access to it is given too.
 */
@AutoConfiguration(
    after = {TransportServerAutoConfiguration.class, TransportClientAutoConfiguration.class})
@ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
public final class TransportEndpointAutoConfiguration {

  @Bean
  @ConditionalOnAvailableEndpoint(TransportEndpoint.class)
  @ConditionalOnMissingBean
  TransportEndpoint transportEndpoint(
      ObjectProvider<TransportServer> server, ObjectProvider<TransportClient> client) {
    return new TransportEndpoint(server.getIfAvailable(), client.getIfAvailable());
  }

  @Bean
  @ConditionalOnBean(TrustSources.class)
  @ConditionalOnAvailableEndpoint(TrustedSequencersEndpoint.class)
  @ConditionalOnMissingBean
  TrustedSequencersEndpoint trustedSequencersEndpoint(TrustSources sources) {
    return new TrustedSequencersEndpoint(sources);
  }
}
