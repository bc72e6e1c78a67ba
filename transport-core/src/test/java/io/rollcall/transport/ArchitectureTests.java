package io.rollcall.transport;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ArchitectureTests {

  private static final String ROOT = "io.rollcall.transport";

  /** Which package of ours may import which; the API itself imports none. */
  private static final Map<String, Set<String>> ARROWS =
      Map.ofEntries(
          Map.entry("", Set.of()),
          Map.entry("codec", Set.of("")),
          Map.entry("auth", Set.of("")),
          Map.entry("metrics", Set.of("")),
          Map.entry("retry", Set.of("")),
          Map.entry("session", Set.of("", "auth", "metrics")),
          Map.entry("dispatch", Set.of("", "metrics")),
          Map.entry("netty", Set.of("", "codec", "session", "dispatch", "retry", "metrics")),
          Map.entry("event", Set.of("")),
          Map.entry("lifecycle", Set.of("", "event")),
          Map.entry("health", Set.of("")),
          Map.entry("actuate", Set.of("")),
          Map.entry(
              "autoconfigure",
              Set.of(
                  "",
                  "codec",
                  "auth",
                  "metrics",
                  "retry",
                  "session",
                  "dispatch",
                  "netty",
                  "event",
                  "lifecycle",
                  "health",
                  "actuate")));

  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  static Stream<String> packages() {
    return ARROWS.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("packages")
  void packagesImportOnlyWhatTheArrowsAllow(String name) {
    String[] allowed =
        Stream.concat(Stream.of(name), ARROWS.getOrDefault(name, Set.of()).stream())
            .map(ArchitectureTests::full)
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(full(name))
        .should()
        .dependOnClassesThat(resideInAPackage(ROOT + "..").and(not(resideInAnyPackage(allowed))))
        .check(MAIN);
  }

  @Test
  void everyPackageHasItsArrows() {
    assertThat(
            MAIN.stream()
                .map(JavaClass::getPackageName)
                .distinct()
                .map(ArchitectureTests::shortName))
        .containsExactlyInAnyOrderElementsOf(ARROWS.keySet());
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(MAIN);
  }

  @Test
  void theApiKnowsProtobufAndNothingElse() {
    classes()
        .that()
        .resideInAPackage(ROOT)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                ROOT, "io.rollcall.proto..", "com.google.protobuf..", "org.jspecify..", "java.."))
        .check(MAIN);
  }

  @Test
  void nettyIsKnownInOnePlace() {
    only("netty").mayDependOn("io.netty..");
  }

  @Test
  void theCryptographyIsKnownInOnePlace() {
    only("auth").mayDependOn("org.web3j..", "org.bouncycastle..", "fr.acinq..");
  }

  @Test
  void micrometerIsKnownToMetricsAndItsAutoConfiguration() {
    only("metrics", "autoconfigure").mayDependOn("io.micrometer..");
    noClasses()
        .that()
        .resideInAPackage(full("autoconfigure"))
        .and()
        .doNotHaveSimpleName("TransportMetricsAutoConfiguration")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.micrometer..")
        .check(MAIN);
  }

  @Test
  void springIsKnownAtTheEdge() {
    only("event", "lifecycle", "health", "actuate", "autoconfigure")
        .mayDependOn("org.springframework..");
  }

  @Test
  void everyPackageIsNullMarked() {
    JavaClasses all = new ClassFileImporter().importPackages(ROOT);
    JavaPackage root = all.getPackage(ROOT);
    assertThat(
            Stream.concat(Stream.of(root), root.getSubpackagesInTree().stream())
                .filter(in -> !in.getClasses().isEmpty())
                .filter(in -> !isNullMarked(in))
                .map(JavaPackage::getName))
        .isEmpty();
  }

  @Test
  void growingTheListOfPublicTypesIsADecision() {
    Map<String, Set<String>> found = new TreeMap<>();
    MAIN.stream()
        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
        .filter(JavaClass::isTopLevelClass)
        .forEach(type ->
            found
                .computeIfAbsent(shortName(type.getPackageName()), key -> new TreeSet<>())
                .add(type.getSimpleName()));
    assertThat(found).containsExactlyInAnyOrderEntriesOf(PUBLIC_TYPES);
  }

  private static boolean isNullMarked(JavaPackage in) {
    return in.tryGetPackageInfo()
        .filter(info -> info.isAnnotatedWith(NullMarked.class))
        .isPresent();
  }

  private static String full(String name) {
    return name.isEmpty() ? ROOT : ROOT + "." + name;
  }

  private static String shortName(String packageName) {
    return packageName.equals(ROOT) ? "" : packageName.substring(ROOT.length() + 1);
  }

  private static Owners only(String... names) {
    return new Owners(Arrays.stream(names).map(ArchitectureTests::full).toList());
  }

  private record Owners(List<String> packages) {

    void mayDependOn(String... libraries) {
      noClasses()
          .that()
          .resideOutsideOfPackages(packages.toArray(String[]::new))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(libraries)
          .check(MAIN);
    }
  }

  private static final Map<String, Set<String>> PUBLIC_TYPES =
      Map.ofEntries(
          Map.entry(
              "",
              Set.of(
                  "AdmissionSettings",
                  "BindException",
                  "BroadcastResult",
                  "ClientSettings",
                  "ClientStats",
                  "CloseReason",
                  "ConnectException",
                  "Connection",
                  "ConnectionInfo",
                  "ConnectionLimitException",
                  "ConnectionListener",
                  "ConnectionSettings",
                  "HandshakeRejectedException",
                  "InboundMessage",
                  "InvalidSettingException",
                  "ListenAddress",
                  "MessageHandler",
                  "MessageTooLargeException",
                  "NotConnectedException",
                  "PeerIdentity",
                  "ServerSettings",
                  "TransportClient",
                  "TransportException",
                  "TransportServer",
                  "TransportTimeoutException",
                  "UnknownPeerException")),
          Map.entry("actuate", Set.of("TransportEndpoint")),
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
              "health", Set.of("TransportClientHealthIndicator", "TransportServerHealthIndicator")),
          Map.entry("lifecycle", Set.of("TransportClientLifecycle", "TransportServerLifecycle")),
          Map.entry(
              "metrics",
              Set.of(
                  "MicrometerTransportMetrics",
                  "TransportLoad",
                  "TransportMeters",
                  "TransportMetrics")),
          Map.entry(
              "retry",
              Set.of(
                  "AddressRing", "Backoff", "Dialer", "Reconnector", "RetryPolicy", "Scheduler")),
          Map.entry(
              "session",
              Set.of(
                  "ClientHandshake",
                  "ConnectionManager",
                  "HandshakeCrypto",
                  "HandshakeResult",
                  "KeepAlive",
                  "ServerHandshake")));
}
