package io.rollcall.transport.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.rollcall.transport.TransportClient;
import io.rollcall.transport.TransportServer;
import io.rollcall.transport.testing.Await;
import io.rollcall.transport.testing.LogCapture;
import io.rollcall.transport.testing.TestCertificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** TLS from Spring's SSL bundles: files, as an operator has them. */
class TlsBundleTests {

  private static final TestCertificates AUTHORITY = TestCertificates.authority();

  @TempDir private Path folder;

  private ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  SslAutoConfiguration.class,
                  TransportAutoConfiguration.class,
                  TransportServerAutoConfiguration.class,
                  TransportClientAutoConfiguration.class));

  @BeforeEach
  void writeFiles() {
    AUTHORITY.issue("server").write(folder, "server");
    AUTHORITY.writeAuthority(folder.resolve("authority.crt"));
    runner =
        runner.withPropertyValues(
            "spring.ssl.bundle.pem.own.keystore.certificate=" + folder.resolve("server.crt"),
            "spring.ssl.bundle.pem.own.keystore.private-key=" + folder.resolve("server.key"),
            "spring.ssl.bundle.pem.own.reload-on-update=true",
            "spring.ssl.bundle.watch.file.quiet-period=100ms",
            "spring.ssl.bundle.pem.trust.truststore.certificate=" + folder.resolve("authority.crt"),
            "spring.ssl.bundle.pem.both.keystore.certificate=" + folder.resolve("server.crt"),
            "spring.ssl.bundle.pem.both.keystore.private-key=" + folder.resolve("server.key"),
            "spring.ssl.bundle.pem.both.truststore.certificate=" + folder.resolve("authority.crt"));
  }

  @Test
  void aServerAndAClientOfBundlesFindEachOther() {
    server("both", "transport.ssl.client-auth=need")
        .run(server ->
            runner
                .withPropertyValues(
                    "transport.server-addr=localhost:"
                        + port(server.getBean(TransportServer.class)),
                    "transport.ssl.bundle=both")
                .run(client -> {
                  TransportServer listening = server.getBean(TransportServer.class);
                  Await.until("it is connected", () -> listening.connectionCount() == 1);
                  assertThat(listening.connections().getFirst().tls()).isTrue();
                  assertThat(client.getBean(TransportClient.class).isConnected()).isTrue();
                }));
  }

  @Test
  void aChangedCertificateIsUsedFromTheNextConnectionOn() {
    server("own")
        .run(context -> {
          TransportServer server = context.getBean(TransportServer.class);
          BigInteger before = serial(server);
          TestCertificates.Identity next = AUTHORITY.issue("next");
          next.write(folder, "server");
          Await.until("the next one is used", () -> serial(server).equals(next.serial()));
          assertThat(before).isNotEqualTo(next.serial());
        });
  }

  @Test
  void aChangeThatCannotBeUsedLeavesTheOneBeforeAndSaysSo() {
    server("own")
        .run(context -> {
          TransportServer server = context.getBean(TransportServer.class);
          BigInteger before = serial(server);
          try (LogCapture log = LogCapture.of(TlsBundle.class)) {
            Files.writeString(folder.resolve("server.crt"), "no certificate");
            Await.until("it is said", () -> !log.lines(Level.ERROR).isEmpty());
            assertThat(log.lines(Level.ERROR).getFirst())
                .contains(
                    "transport.ssl.bundle 'own' changed and cannot be used, so the one before stays")
                .contains("a bundle that can be read");
          }
          assertThat(serial(server)).isEqualTo(before);
          Instant end = Instant.now().minus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);
          try (LogCapture log = LogCapture.of(TlsBundle.class)) {
            AUTHORITY.issue("old", end.minus(1, ChronoUnit.HOURS), end).write(folder, "server");
            Await.until(
                "it is said",
                () ->
                    log.lines(Level.ERROR).stream().anyMatch(l -> l.contains("expired at " + end)));
          }
          assertThat(serial(server)).isEqualTo(before);
        });
  }

  @Test
  void startUpStopsWithoutTheBundle() {
    assertRefused(server("another"), "'another'", "the name of a bundle below spring.ssl.bundle");
  }

  @Test
  void startUpStopsWhenAServerHasNoKey() {
    assertRefused(server("trust"), "'trust'", "a bundle with a private key and its certificate");
  }

  @Test
  void aClientNeedsNoKey() {
    runner
        .withPropertyValues("transport.server-addr=localhost:9", "transport.ssl.bundle=trust")
        .run(context -> assertThat(context).hasNotFailed());
  }

  @Test
  void startUpStopsWhenAFileIsMissing() throws IOException {
    Files.delete(folder.resolve("server.key"));
    // Watching it as well is refused by Spring, in its own words.
    assertRefused(
        server("own", "spring.ssl.bundle.pem.own.reload-on-update=false"),
        "'own'",
        "a bundle that can be read");
  }

  @Test
  void startUpStopsWithACertificateThatExpired() {
    Instant end = Instant.now().minus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);
    AUTHORITY.issue("old", end.minus(1, ChronoUnit.HOURS), end).write(folder, "server");
    assertRefused(server("own"), "'own'", "this one expired at " + end);
  }

  @Test
  void startUpStopsWithACertificateThatIsNotValidYet() {
    Instant start = Instant.now().plus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);
    AUTHORITY.issue("early", start, start.plus(1, ChronoUnit.HOURS)).write(folder, "server");
    assertRefused(server("own"), "'own'", "this one is not before " + start);
  }

  @Test
  void startUpStopsWhenClientsNeedCertificatesThatNobodyIsTrustedFor() {
    assertRefused(
        server("own", "transport.ssl.client-auth=want"),
        "'own'",
        "a bundle with a truststore, which says whose certificates clients may have",
        "transport.ssl.client-auth is want");
  }

  @Test
  void startUpStopsWithOptionsThatWouldChangeNothing() {
    assertRefused(
        server("own", "spring.ssl.bundle.pem.own.options.enabled-protocols=TLSv1.2"),
        "'own'",
        "a bundle without options");
  }

  private ApplicationContextRunner server(String bundle, String... properties) {
    return runner
        .withPropertyValues("transport.listen-addr=127.0.0.1:0", "transport.ssl.bundle=" + bundle)
        .withPropertyValues(properties);
  }

  private static void assertRefused(ApplicationContextRunner runner, String... texts) {
    runner.run(context ->
        assertThat(context)
            .getFailure()
            .rootCause()
            .isInstanceOf(InvalidPropertyException.class)
            .hasMessageContainingAll(texts)
            .hasMessageStartingWith("transport.ssl.bundle is "));
  }

  private static int port(TransportServer server) {
    return server.address().getPort();
  }

  /** Of the certificate that a new connection gets. */
  private static BigInteger serial(TransportServer server) {
    try (SSLSocket socket =
        (SSLSocket)
            AUTHORITY.trusting().getSocketFactory().createSocket("127.0.0.1", port(server))) {
      socket.startHandshake();
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
