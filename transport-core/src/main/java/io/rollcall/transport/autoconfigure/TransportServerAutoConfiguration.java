package io.rollcall.transport.autoconfigure;

import com.google.protobuf.ByteString;
import io.rollcall.transport.AuditListener;
import io.rollcall.transport.ConnectionListener;
import io.rollcall.transport.MessageHandler;
import io.rollcall.transport.ServerSettings;
import io.rollcall.transport.TransportServer;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.lifecycle.TransportServerLifecycle;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.netty.NettyTransportServer;
import io.rollcall.transport.replay.ReplayFile;
import io.rollcall.transport.session.ReplayMarks;
import io.rollcall.transport.session.ServerHandshake;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;

/** A server, where {@code transport.listen-addr} is set. */
@AutoConfiguration(after = {TransportAutoConfiguration.class, SslAutoConfiguration.class})
@ConditionalOnAddress(TransportProperties.LISTEN_ADDR)
public final class TransportServerAutoConfiguration {

  private static final Logger log = LoggerFactory.getLogger(TransportServerAutoConfiguration.class);

  /**
   * Where hellos are kept over a restart; the server needs it, so it is closed after the server.
   */
  @Bean
  @ConditionalOnBooleanProperty("auth.enabled")
  @ConditionalOnMissingBean
  ReplayMarks replayMarks(AuthProperties properties, AuthManager auth) {
    String file = properties.replayFile();
    if (file.isEmpty()) {
      log.warn(
          "A hello that is replayed after a restart is not detected: {} is not set",
          AuthProperties.REPLAY_FILE);
      return ReplayMarks.NONE;
    }
    try {
      return ReplayFile.open(Path.of(file), () -> keys(auth));
    } catch (IllegalArgumentException e) {
      throw InvalidPropertyException.of(
          AuthProperties.REPLAY_FILE,
          file,
          "a file for this server alone, to keep the last hello of each key in ("
              + e.getMessage()
              + ")");
    }
  }

  private static Set<ByteString> keys(AuthManager auth) {
    return auth.trustedKeys().stream()
        .flatMap(entry -> entry.publicKeys().stream())
        .map(PublicKey::bytes)
        .collect(Collectors.toSet());
  }

  @Bean
  @ConditionalOnMissingBean
  TransportServer transportServer(
      TransportProperties properties,
      AuthProperties auth,
      ObjectProvider<AuthManager> authManager,
      Optional<ReplayMarks> marks,
      ObjectProvider<SslBundles> bundles,
      MessageHandler handler,
      ConnectionListener listener,
      AuditListener audit,
      TransportMetrics metrics) {
    properties.requireHandshakeOfCompression(auth);
    ServerSettings settings =
        properties.toServerSettings(
            auth.toAdmissionSettings(), TlsBundle.forServer(properties.ssl(), bundles));
    InstantSource clock = InstantSource.system();
    Optional<ServerHandshake> handshake =
        auth.enabled()
            ? Optional.of(
                new ServerHandshake(
                    authManager.getObject(),
                    settings.admission(),
                    marks.orElseThrow(),
                    metrics,
                    clock,
                    new SecureRandom()))
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
