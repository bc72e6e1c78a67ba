package io.rollcall.transport.autoconfigure;

import com.google.protobuf.ByteString;
import io.rollcall.transport.ConnectionListener;
import io.rollcall.transport.MessageHandler;
import io.rollcall.transport.auth.AuthManager;
import io.rollcall.transport.auth.EcdsaAuthManager;
import io.rollcall.transport.auth.KeyPair;
import io.rollcall.transport.auth.KeyPairs;
import io.rollcall.transport.auth.Signer;
import io.rollcall.transport.auth.TrustChange;
import io.rollcall.transport.event.TransportEventPublisher;
import io.rollcall.transport.metrics.TransportMetrics;
import io.rollcall.transport.trust.TrustSources;
import io.rollcall.transport.trust.WatchedFile;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.core.env.Environment;

/**
 * What a server and a client share: keys, the way into Spring events, metrics that count nothing
 * where Micrometer is away.
 *
 * <p>An application whose private key lives elsewhere has a bean of type {@link Signer}; then the
 * key is neither configured nor generated. One from an auto-configuration comes before this one.
 */
@AutoConfiguration(after = TransportMetricsAutoConfiguration.class)
@EnableConfigurationProperties({TransportProperties.class, AuthProperties.class})
public final class TransportAutoConfiguration {

  private static final Logger log = LoggerFactory.getLogger(TransportAutoConfiguration.class);

  @Bean
  static TrustedEntryMembers transportTrustedEntryMembers(Environment environment) {
    return new TrustedEntryMembers(environment);
  }

  @Bean
  AuthKeys transportAuthKeys(AuthProperties properties, ObjectProvider<OwnKey> ownKey) {
    if (ownKey.getIfAvailable() == null) {
      AuthKeys.refuseOwn(properties);
    }
    return AuthKeys.of(properties);
  }

  @Bean
  @ConditionalOnBooleanProperty("auth.enabled")
  @ConditionalOnMissingBean
  AuthManager authManager(Signer signer, AuthKeys keys, TransportMetrics metrics) {
    AuthManager manager = EcdsaAuthManager.create(signer, keys.trusted());
    metrics.signatureProvider(manager.providerName());
    return manager;
  }

  @Bean
  @ConditionalOnBooleanProperty("auth.enabled")
  TrustSources trustSources(AuthKeys keys) {
    return keys.sources();
  }

  @Bean(initMethod = "start")
  @ConditionalOnBooleanProperty("auth.enabled")
  @ConditionalOnAddress(AuthProperties.TRUSTED_SEQUENCERS_FILE)
  WatchedFile trustedSequencersFile(
      AuthProperties properties, AuthKeys keys, TrustSources sources) {
    return new WatchedFile(
        AuthProperties.TRUSTED_SEQUENCERS_FILE,
        Path.of(properties.trustedSequencersFile()),
        keys.file().orElse(ByteString.EMPTY),
        content -> use(sources, content));
  }

  private static void use(TrustSources sources, ByteString content) {
    TrustChange change =
        sources.file(AuthProperties.TRUSTED_SEQUENCERS_FILE, TrustedSequencersYaml.read(content));
    log.info(
        "{} changed: {}",
        AuthProperties.TRUSTED_SEQUENCERS_FILE,
        change.isEmpty() ? "nobody is trusted otherwise" : change.text());
    if (!sources.heldBack().isEmpty()) {
      log.warn(
          "Removed by the operation trustedsequencers and still configured: {}; what is configured"
              + " is trusted again after a restart",
          sources.heldBack().stream()
              .map(TrustSources.HeldBack::id)
              .collect(Collectors.joining(", ")));
    }
  }

  @Bean
  @ConditionalOnMissingBean
  TransportMetrics transportMetrics() {
    return TransportMetrics.NOOP;
  }

  /**
   * Handler and listener at once. An application that has a {@link MessageHandler} or a {@link
   * ConnectionListener} of its own replaces that half.
   */
  @Bean
  @Fallback
  @ConditionalOnMissingBean
  TransportEventPublisher transportEventPublisher(ApplicationEventPublisher events) {
    return new TransportEventPublisher(events);
  }

  /** There when the application has no signer: the key of the configuration signs, or a new one. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnMissingBean(Signer.class)
  static class OwnKey {

    @Bean
    @ConditionalOnBooleanProperty("auth.enabled")
    @ConditionalOnMissingBean(AuthManager.class)
    Signer transportSigner(AuthKeys keys) {
      return Signer.of(keys.own().orElseGet(OwnKey::generate));
    }

    private static KeyPair generate() {
      KeyPair own = KeyPairs.generate(new SecureRandom());
      log.warn(
          "Neither {} nor {} is set: generated a key that changes at each start; public key {},"
              + " address {}",
          AuthProperties.PRIVATE_KEY,
          AuthProperties.PRIVATE_KEY_FILE,
          own.publicKey().hex(),
          own.publicKey().address());
      return own;
    }
  }
}
