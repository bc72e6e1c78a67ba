package io.rollcall.transport.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.proto.ChainId;
import io.rollcall.transport.AdmissionSettings;
import io.rollcall.transport.ClientSettings;
import io.rollcall.transport.HandshakePolicy;
import io.rollcall.transport.ListenAddress;
import io.rollcall.transport.ServerSettings;
import io.rollcall.transport.auth.TrustedEntry;
import io.rollcall.transport.session.ClientHandshakeSettings;
import io.rollcall.transport.testing.TestKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;

/**
 * The example configurations of the SDK's documentation, with real keys and nothing else changed.
 */
class ExampleConfigurationTests {

  private static final String OPTIMISM = TestKeys.publicKey("optimism").hex();
  private static final String ARBITRUM = TestKeys.publicKey("arbitrum").hex();

  private static final String PUBLISHER =
      """
      # Publisher config
      transport:
        listen_addr: ":8080"
        max_connections: 5000
        read_timeout: 30s
        write_timeout: 30s
        max_message_size: 52428800  # 50MB
      auth:
        enabled: true
        private_key: ""  # generated if empty
        trusted_sequencers:
          optimism: "%s"
          arbitrum: "%s"
      """
          .formatted(OPTIMISM, ARBITRUM);

  private static final String SEQUENCER =
      """
      # Sequencer config
      transport:
        server_addr: "publisher.example.com:8080"
        connect_timeout: 10s
        read_timeout: 30s
        write_timeout: 10s
        reconnect_delay: 5s
      auth:
        enabled: true
        private_key: "%s"
      """
          .formatted(TestKeys.privateKeyHex("optimism"));

  @Test
  void publisherExampleBindsAsItStands() {
    Binder binder = yaml(PUBLISHER);
    TransportProperties transport = binder.bindOrCreate("transport", TransportProperties.class);
    AuthProperties auth = binder.bindOrCreate("auth", AuthProperties.class);

    ServerSettings settings =
        transport.toServerSettings(auth.toAdmissionSettings(), Optional.empty());

    assertThat(settings.listenAddress()).hasToString(":8080");
    assertThat(settings.maxConnections()).isEqualTo(5000);
    assertThat(settings.admission()).isEqualTo(AdmissionSettings.TRUSTED_ONLY);
    assertThat(settings.connection().maxMessageSize()).isEqualTo(52_428_800);
    assertThat(settings.connection().outboundBuffer()).isEqualTo(2 * 52_428_800L);
    assertThat(settings.connection().inboundBuffer()).isEqualTo(2 * 52_428_800L);
    assertThat(settings.connection().readTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.connection().writeTimeout()).isEqualTo(Duration.ofSeconds(30));
    AuthKeys keys = AuthKeys.of(auth);
    assertThat(keys.own()).isEmpty();
    assertThat(keys.trusted().entries())
        .containsExactly(
            new TrustedEntry(
                "arbitrum", Set.of(TestKeys.publicKey("arbitrum")), Set.of(), 1, false),
            new TrustedEntry(
                "optimism", Set.of(TestKeys.publicKey("optimism")), Set.of(), 1, false));
  }

  @Test
  void whatHandshakesNeedBindsForBothSides() {
    AuthProperties auth =
        yaml("""
        auth:
          enabled: true
          handshake: v2
          network_id: testnet
          server_public_key: "%s, %s"
        """
                .formatted(OPTIMISM, ARBITRUM))
            .bindOrCreate("auth", AuthProperties.class);

    assertThat(auth.toAdmissionSettings().handshake()).isEqualTo(HandshakePolicy.V2);
    assertThat(auth.toAdmissionSettings().networkId()).isEqualTo("testnet");
    assertThat(auth.toClientHandshakeSettings())
        .isEqualTo(
            new ClientHandshakeSettings(
                HandshakePolicy.V2,
                "testnet",
                Set.of(TestKeys.publicKey("optimism"), TestKeys.publicKey("arbitrum"))));
  }

  @Test
  void aServersKeyThatIsExpectedMakesAClientSpeakV2AndNobodyElse() {
    AuthProperties expecting =
        yaml("auth: {enabled: true, server_public_key: '%s'}".formatted(OPTIMISM))
            .bindOrCreate("auth", AuthProperties.class);
    AuthProperties plain =
        yaml("auth: {enabled: true, handshake: v1}").bindOrCreate("auth", AuthProperties.class);

    assertThat(expecting.toClientHandshakeSettings().policy()).isEqualTo(HandshakePolicy.V2);
    assertThat(expecting.toAdmissionSettings().handshake()).isEqualTo(HandshakePolicy.AUTO);
    assertThat(plain.toClientHandshakeSettings().policy()).isEqualTo(HandshakePolicy.V1);
    assertThat(plain.toAdmissionSettings().handshake()).isEqualTo(HandshakePolicy.V1);
  }

  @Test
  void sequencerExampleBindsAsItStands() {
    Binder binder = yaml(SEQUENCER);
    TransportProperties transport = binder.bindOrCreate("transport", TransportProperties.class);
    AuthProperties auth = binder.bindOrCreate("auth", AuthProperties.class);

    ClientSettings settings = transport.toClientSettings(auth.enabled(), Optional.empty());

    assertThat(settings.serverAddresses()).containsExactly("publisher.example.com:8080");
    assertThat(settings.authenticate()).isTrue();
    assertThat(settings.connectTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(settings.reconnectDelay()).isEqualTo(Duration.ofSeconds(5));
    assertThat(settings.connection().readTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.connection().writeTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(AuthKeys.of(auth).own().orElseThrow().publicKey())
        .isEqualTo(TestKeys.publicKey("optimism"));
    assertThat(auth.toString()).doesNotContain(TestKeys.privateKeyHex("optimism"));
  }

  @Test
  void defaultsAreThoseOfTheSettings() {
    Binder binder = yaml("transport: {listen-addr: ':0', server-addr: 'a:1, b:2'}");
    TransportProperties transport = binder.bindOrCreate("transport", TransportProperties.class);
    AuthProperties auth = binder.bindOrCreate("auth", AuthProperties.class);

    assertThat(transport.toServerSettings(auth.toAdmissionSettings(), Optional.empty()))
        .isEqualTo(ServerSettings.of(new ListenAddress("", 0), AdmissionSettings.OPEN));
    assertThat(transport.toClientSettings(auth.enabled(), Optional.empty()))
        .isEqualTo(ClientSettings.of(List.of("a:1", "b:2"), false));
  }

  @Test
  void trustedEntryIsAKeyOrAnObject() {
    AuthProperties auth =
        yaml("""
        auth:
          trusted-sequencers:
            optimism:
              public-keys: [ "%s", "%s" ]
              chain-ids: [ 10, "0xd903", 0xd904 ]
            Base_1:
              publicKeys: "%s"
        """
                .formatted(OPTIMISM, ARBITRUM, TestKeys.publicKey("base").hex()))
            .bindOrCreate("auth", AuthProperties.class);

    assertThat(AuthKeys.of(auth).trusted().entries())
        .containsExactlyInAnyOrder(
            new TrustedEntry(
                "optimism",
                Set.of(TestKeys.publicKey("optimism"), TestKeys.publicKey("arbitrum")),
                Set.of(ChainId.of(10), ChainId.of(55555), ChainId.of(55556)),
                1,
                false),
            new TrustedEntry("Base_1", Set.of(TestKeys.publicKey("base")), Set.of(), 1, false));
  }

  @Test
  void environmentVariablesBind() {
    Binder binder =
        binder(
            new SystemEnvironmentPropertySource(
                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                Map.of(
                    "TRANSPORT_LISTENADDR", ":9000",
                    "TRANSPORT_MAX_MESSAGE_SIZE", "1MB",
                    "AUTH_TRUSTEDSEQUENCERS_OPTIMISM", OPTIMISM)));

    TransportProperties transport = binder.bindOrCreate("transport", TransportProperties.class);
    AuthProperties auth = binder.bindOrCreate("auth", AuthProperties.class);

    assertThat(transport.listenAddr()).isEqualTo(":9000");
    assertThat(transport.maxMessageSize().toBytes()).isEqualTo(1024 * 1024);
    assertThat(AuthKeys.of(auth).trusted().entries())
        .containsExactly(
            new TrustedEntry(
                "optimism", Set.of(TestKeys.publicKey("optimism")), Set.of(), 1, false));
  }

  private static Binder yaml(String text) {
    try {
      return binder(
          (MapPropertySource)
              new YamlPropertySourceLoader()
                  .load(
                      "application.yml",
                      new ByteArrayResource(text.getBytes(StandardCharsets.UTF_8)))
                  .getFirst());
    } catch (IOException impossible) {
      throw new IllegalStateException("a byte array can be read", impossible);
    }
  }

  private static Binder binder(MapPropertySource source) {
    StandardEnvironment environment = new StandardEnvironment();
    environment.getPropertySources().stream()
        .toList()
        .forEach(existing -> environment.getPropertySources().remove(existing.getName()));
    environment.getPropertySources().addFirst(source);
    ConfigurationPropertySources.attach(environment);
    return Binder.get(environment);
  }
}
