package io.rollcall.transport.testing;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.rollcall.transport.TlsSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Certificates for tests, new in every run: an authority, and those it issues. Whoever uses it from
 * another module needs {@code netty-pkitesting} there.
 */
public final class TestCertificates {

  private static final Duration LIFE = Duration.ofDays(1);
  private static final AtomicInteger AUTHORITIES = new AtomicInteger();

  private final String name;
  private final X509Bundle authority;

  private TestCertificates(String name) {
    this.name = name;
    try {
      authority =
          new CertificateBuilder()
              .ecp256()
              .subject("CN=" + name)
              .setIsCertificateAuthority(true)
              .notBefore(Instant.now().minus(LIFE.multipliedBy(3)))
              .notAfter(Instant.now().plus(LIFE))
              .buildSelfSigned();
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** An authority of its own, that nobody trusts yet. */
  public static TestCertificates authority() {
    return new TestCertificates("Test authority " + AUTHORITIES.incrementAndGet());
  }

  /** Another one that calls itself like this. */
  public TestCertificates impostor() {
    return new TestCertificates(name);
  }

  /** For a server on loopback, or its client, valid today. */
  public Identity issue(String name) {
    return issue(name, Instant.now().minus(LIFE), Instant.now().plus(LIFE));
  }

  /** The same with other dates. */
  public Identity issue(String name, Instant notBefore, Instant notAfter) {
    return build(loopback(name).notBefore(notBefore).notAfter(notAfter));
  }

  /** For a server of this name alone. */
  public Identity issueFor(String host) {
    return build(
        named(host)
            .addSanDnsName(host)
            .notBefore(Instant.now().minus(LIFE))
            .notAfter(Instant.now().plus(LIFE)));
  }

  private static CertificateBuilder loopback(String name) {
    return named(name).addSanDnsName("localhost").addSanIpAddress("127.0.0.1");
  }

  private static CertificateBuilder named(String name) {
    return new CertificateBuilder().ecp256().subject("CN=" + name);
  }

  private Identity build(CertificateBuilder builder) {
    try {
      return new Identity(builder.buildIssuedBy(authority));
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** What trusts those that this authority issued, and has no certificate itself. */
  public SSLContext trusting() {
    return context(null, authority.toTrustManager());
  }

  /** What trusts this one certificate alone, and has none itself. */
  public static SSLContext trustingAlone(Identity identity) {
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      trusted.setCertificateEntry("only", identity.bundle.getCertificate());
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(trusted);
      return context(null, factory.getTrustManagers()[0]);
    } catch (GeneralSecurityException | IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** What has this certificate, of any authority, and trusts those that this one issued. */
  public SSLContext of(Identity identity) {
    try {
      return context(
          identity.bundle.toKeyManagerFactory().getKeyManagers(), authority.toTrustManager());
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** The authority's own certificate, in a file. */
  public Path writeAuthority(Path file) {
    return write(file, authority.getCertificatePEM());
  }

  /** A server or client of that context. */
  public static Optional<TlsSettings> settings(SSLContext context) {
    return Optional.of(new TlsSettings(() -> context, TlsSettings.ClientAuth.NONE));
  }

  /** A server that wants certificates of its clients. */
  public static Optional<TlsSettings> mutual(SSLContext context) {
    return Optional.of(new TlsSettings(() -> context, TlsSettings.ClientAuth.NEED));
  }

  private static SSLContext context(KeyManager @Nullable [] own, TrustManager trusted) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(own, new TrustManager[] {trusted}, new SecureRandom());
      return context;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static Path write(Path file, String text) {
    try {
      return Files.writeString(file, text);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** A certificate with its key. */
  public static final class Identity {

    private final X509Bundle bundle;

    private Identity(X509Bundle bundle) {
      this.bundle = bundle;
    }

    /** The serial number, by which a test tells certificates apart. */
    public BigInteger serial() {
      return bundle.getCertificate().getSerialNumber();
    }

    /** Writes {@code name.crt} and {@code name.key} into a folder. */
    public void write(Path folder, String name) {
      TestCertificates.write(folder.resolve(name + ".crt"), bundle.getCertificatePathPEM());
      TestCertificates.write(folder.resolve(name + ".key"), bundle.getPrivateKeyPEM());
    }
  }
}
