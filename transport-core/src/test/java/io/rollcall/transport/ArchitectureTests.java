package io.rollcall.transport;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.transport.auth.KeyPair;
import io.rollcall.transport.testing.PackageArrows;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ArchitectureTests {

  private static final String ROOT = "io.rollcall.transport";

  /** Which package of ours may import which; the API itself imports none. */
  private static final Map<String, Set<String>> ARROWS =
      Map.ofEntries(
          Map.entry("", Set.of()),
          Map.entry("audit", Set.of("", "logging")),
          Map.entry("codec", Set.of("")),
          Map.entry("compression", Set.of("", "codec")),
          Map.entry("auth", Set.of("")),
          Map.entry("metrics", Set.of("")),
          Map.entry("retry", Set.of("")),
          Map.entry("logging", Set.of()),
          Map.entry("logfmt", Set.of()),
          Map.entry("session", Set.of("", "auth", "metrics")),
          Map.entry("replay", Set.of("", "session")),
          Map.entry("trust", Set.of("auth")),
          Map.entry("dispatch", Set.of("", "logging", "metrics")),
          Map.entry(
              "netty",
              Set.of(
                  "",
                  "audit",
                  "codec",
                  "compression",
                  "session",
                  "dispatch",
                  "retry",
                  "metrics",
                  "logging")),
          Map.entry("event", Set.of("")),
          Map.entry("lifecycle", Set.of("", "event")),
          Map.entry("health", Set.of("")),
          Map.entry("actuate", Set.of("", "auth", "trust")),
          Map.entry(
              "autoconfigure",
              Set.of(
                  "",
                  "audit",
                  "codec",
                  "compression",
                  "auth",
                  "metrics",
                  "retry",
                  "session",
                  "replay",
                  "trust",
                  "dispatch",
                  "netty",
                  "event",
                  "lifecycle",
                  "health",
                  "actuate")));

  private static final PackageArrows PACKAGES = new PackageArrows(ROOT, ARROWS);

  @Test
  void packagesImportOnlyWhatTheArrowsAllow() {
    PACKAGES.check();
  }

  @Test
  void packagesHaveNoCycles() {
    PACKAGES.checkCycles();
  }

  @Test
  void theApiKnowsProtobufAndNothingElse() {
    classes()
        .that()
        .resideInAPackage(ROOT)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                ROOT,
                "io.rollcall.proto..",
                "com.google.protobuf..",
                "org.jspecify..",
                "java..",
                "javax.net.ssl"))
        .check(PACKAGES.main());
  }

  @Test
  void nettyIsKnownInOnePlace() {
    only("netty").mayDependOn("io.netty..");
  }

  @Test
  void theCompressionIsKnownInOnePlace() {
    only("compression").mayDependOn("com.github.luben..");
  }

  @Test
  void theCryptographyIsKnownInOnePlace() {
    only("auth").mayDependOn("org.web3j..", "org.bouncycastle..", "fr.acinq..");
  }

  @Test
  void aPrivateKeyIsForTheLocalSignerAndTheKeyGeneratorAlone() {
    noClasses()
        .that()
        .doNotHaveSimpleName("LocalSigner")
        .should()
        .callMethod(KeyPair.class, "secret")
        .check(PACKAGES.main());
    noClasses()
        .that()
        .doNotHaveSimpleName("KeyGenerator")
        .should()
        .callMethod(KeyPair.class, "secretHex")
        .check(PACKAGES.main());
  }

  @Test
  void micrometerIsKnownToMetricsAndItsAutoConfiguration() {
    only("metrics", "autoconfigure").mayDependOn("io.micrometer..");
    noClasses()
        .that()
        .resideInAPackage(PACKAGES.full("autoconfigure"))
        .and()
        .doNotHaveSimpleName("TransportMetricsAutoConfiguration")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.micrometer..")
        .check(PACKAGES.main());
  }

  @Test
  void springIsKnownAtTheEdge() {
    only("event", "lifecycle", "health", "actuate", "autoconfigure", "logfmt")
        .mayDependOn("org.springframework..");
  }

  @Test
  void logbackIsKnownToItsFormatterAlone() {
    only("logfmt").mayDependOn("ch.qos.logback..");
  }

  @Test
  void everyPackageIsNullMarked() {
    PACKAGES.checkNullMarked();
  }

  @Test
  void growingTheListOfPublicTypesIsADecision() {
    assertThat(PACKAGES.publicTypes()).containsExactlyInAnyOrderEntriesOf(PUBLIC_TYPES);
  }

  private static Owners only(String... names) {
    return new Owners(Arrays.stream(names).map(PACKAGES::full).toList());
  }

  private record Owners(List<String> packages) {

    void mayDependOn(String... libraries) {
      noClasses()
          .that()
          .resideOutsideOfPackages(packages.toArray(String[]::new))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(libraries)
          .check(PACKAGES.main());
    }
  }

  private static final Map<String, Set<String>> PUBLIC_TYPES =
      Map.ofEntries(
          Map.entry(
              "",
              Set.of(
                  "AdmissionSettings",
                  "AuditEvent",
                  "AuditListener",
                  "BindException",
                  "BroadcastResult",
                  "ClientSettings",
                  "ClientStats",
                  "CloseReason",
                  "Compression",
                  "CompressionSettings",
                  "ConnectException",
                  "Connection",
                  "ConnectionInfo",
                  "ConnectionLimitException",
                  "ConnectionListener",
                  "ConnectionSettings",
                  "HandshakePolicy",
                  "HandshakeRejectedException",
                  "HandshakeVersion",
                  "InboundMessage",
                  "InvalidSettingException",
                  "ListenAddress",
                  "MessageHandler",
                  "MessageTooLargeException",
                  "NotConnectedException",
                  "OutboundMessage",
                  "PeerIdentity",
                  "ServerSettings",
                  "ThrottleSettings",
                  "TlsSettings",
                  "TransportClient",
                  "TransportException",
                  "TransportServer",
                  "TransportTimeoutException",
                  "UnauthenticatedSettings",
                  "UnknownPeerException")),
          Map.entry("actuate", Set.of("TransportEndpoint", "TrustedSequencersEndpoint")),
          Map.entry("audit", Set.of("AuditTrail")),
          Map.entry(
              "auth",
              Set.of(
                  "AuthManager",
                  "AuthenticationException",
                  "EcdsaAuthManager",
                  "KeyPair",
                  "KeyPairs",
                  "PublicKey",
                  "Signature",
                  "Signer",
                  "SigningException",
                  "TrustChange",
                  "TrustListener",
                  "TrustedEntry",
                  "TrustedKeys")),
          Map.entry(
              "autoconfigure",
              Set.of(
                  "AuthProperties",
                  "InvalidPropertyException",
                  "TransportAutoConfiguration",
                  "TransportClientAutoConfiguration",
                  "TransportEndpointAutoConfiguration",
                  "TransportHealthAutoConfiguration",
                  "TransportMetricsAutoConfiguration",
                  "TransportProperties",
                  "TransportServerAutoConfiguration")),
          Map.entry(
              "codec",
              Set.of("Codec", "LengthPrefix", "MalformedMessageException", "ProtobufCodec")),
          Map.entry("compression", Set.of("ZstdCodec")),
          Map.entry("dispatch", Set.of("Inbox", "MessageDispatcher")),
          Map.entry("netty", Set.of("NettyTransportClient", "NettyTransportServer")),
          Map.entry(
              "event",
              Set.of(
                  "ConnectionClosedEvent",
                  "ConnectionOpenedEvent",
                  "MessageReceivedEvent",
                  "TransportEventPublisher",
                  "TransportServerStartedEvent")),
          Map.entry(
              "health",
              Set.of(
                  "ProblemHealthIndicator",
                  "TransportClientHealthIndicator",
                  "TransportServerHealthIndicator")),
          Map.entry("logging", Set.of("LogQuota")),
          Map.entry("logfmt", Set.of("LogfmtFormatter")),
          Map.entry("lifecycle", Set.of("TransportClientLifecycle", "TransportServerLifecycle")),
          Map.entry(
              "metrics",
              Set.of(
                  "MicrometerTransportMetrics",
                  "TransportLoad",
                  "TransportMeters",
                  "TransportMetrics")),
          Map.entry("replay", Set.of("ReplayFile")),
          Map.entry("trust", Set.of("TrustSources", "WatchedFile")),
          Map.entry(
              "retry",
              Set.of(
                  "AddressRing", "Backoff", "Dialer", "Reconnector", "RetryPolicy", "Scheduler")),
          Map.entry(
              "session",
              Set.of(
                  "AddressThrottle",
                  "ClientExchange",
                  "ClientHandshake",
                  "ClientHandshakeSettings",
                  "ConnectionManager",
                  "FairTable",
                  "HandshakeCrypto",
                  "HandshakeResult",
                  "KeepAlive",
                  "PeerText",
                  "PendingProof",
                  "NetworkAddress",
                  "ReceivedHello",
                  "ReplayMarks",
                  "OffenceWindow",
                  "Replaceable",
                  "ReplacementThrottledException",
                  "ServerHandshake",
                  "Trust",
                  "UnprovenServerException")));
}
