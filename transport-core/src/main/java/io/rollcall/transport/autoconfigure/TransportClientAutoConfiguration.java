package io.rollcall.transport.autoconfigure;

import io.rollcall.transport.ConnectionListener;
import io.rollcall.transport.MessageHandler;
import io.rollcall.transport.TransportClient;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.lifecycle.TransportClientLifecycle;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.netty.NettyTransportClient;
import io.rollcall.transport.session.ClientHandshake;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;

/** A client, where {@code transport.server-addr} is set. */
@AutoConfiguration(after = {TransportAutoConfiguration.class, SslAutoConfiguration.class})
@ConditionalOnAddress(TransportProperties.SERVER_ADDR)
public final class TransportClientAutoConfiguration {

  @Bean
  @ConditionalOnMissingBean
  TransportClient transportClient(
      TransportProperties properties,
      AuthProperties auth,
      ObjectProvider<AuthManager> authManager,
      ObjectProvider<SslBundles> bundles,
      MessageHandler handler,
      ConnectionListener listener,
      TransportMetrics metrics) {
    properties.requireHandshakeOfCompression(auth);
    InstantSource clock = InstantSource.system();
    return new NettyTransportClient(
        properties.toClientSettings(auth.enabled(), TlsBundle.forClient(properties.ssl(), bundles)),
        clientId ->
            new ClientHandshake(
                authManager.getObject(),
                clientId,
                auth.toClientHandshakeSettings(),
                clock,
                new SecureRandom()),
        handler,
        listener,
        metrics,
        clock);
  }

  @Bean
  @ConditionalOnMissingBean
  TransportClientLifecycle transportClientLifecycle(TransportClient client) {
    return new TransportClientLifecycle(client);
  }
}
