package io.rollcall.transport.autoconfigure;

import io.rollcall.transport.AuditListener;
import io.rollcall.transport.ConnectionListener;
import io.rollcall.transport.MessageHandler;
import io.rollcall.transport.ServerSettings;
import io.rollcall.transport.TransportServer;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.lifecycle.TransportServerLifecycle;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.netty.NettyTransportServer;
import io.rollcall.transport.session.ServerHandshake;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;

/** A server, where {@code transport.listen-addr} is set. */
@AutoConfiguration(after = TransportAutoConfiguration.class)
@ConditionalOnAddress(TransportProperties.LISTEN_ADDR)
public final class TransportServerAutoConfiguration {

  private static final Logger log = LoggerFactory.getLogger(TransportServerAutoConfiguration.class);

  @Bean
  @ConditionalOnMissingBean
  TransportServer transportServer(
      TransportProperties properties,
      AuthProperties auth,
      ObjectProvider<AuthManager> authManager,
      MessageHandler handler,
      ConnectionListener listener,
      AuditListener audit,
      TransportMetrics metrics) {
    ServerSettings settings = properties.toServerSettings(auth.toAdmissionSettings());
    InstantSource clock = InstantSource.system();
    Optional<ServerHandshake> handshake =
        auth.enabled()
            ? Optional.of(new ServerHandshake(authManager.getObject(), settings.admission(), clock))
            : Optional.empty();
    return new NettyTransportServer(settings, handshake, handler, listener, audit, metrics, clock);
  }

  @Bean
  @ConditionalOnMissingBean
  TransportServerLifecycle transportServerLifecycle(
      TransportServer server, AuthProperties auth, ApplicationEventPublisher events) {
    if (!auth.enabled()) {
      log.warn("Authentication is off (auth.enabled=false): anybody may connect and vote");
    }
    return new TransportServerLifecycle(server, events);
  }
}
