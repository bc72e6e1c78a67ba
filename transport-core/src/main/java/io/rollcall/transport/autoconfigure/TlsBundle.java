package io.rollcall.transport.autoconfigure;

import io.rollcall.transport.TlsSettings;
import io.rollcall.transport.TlsSettings.ClientAuth;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/**
 * The TLS of a server or client, from one of Spring's SSL bundles: checked when made, and again
 * each time that the bundle changes. One that changed and can be used counts from the next
 * connection on; one that cannot leaves everything as it was.
 *
 * <p>Asked on any thread; changes come on the thread that watches files.
 */
final class TlsBundle implements Supplier<SSLContext> {

  private static final Logger log = LoggerFactory.getLogger(TlsBundle.class);

  private final String name;
  private final boolean server;
  private final ClientAuth clientAuth;
  private volatile SSLContext current;

  /** A bundle cannot be used; says what one would be that can. */
  private static final class Unusable extends Exception {
    Unusable(String expected) {
      super(expected);
    }
  }

  private TlsBundle(String name, SslBundle bundle, boolean server, ClientAuth clientAuth)
      throws Unusable {
    this.name = name;
    this.server = server;
    this.clientAuth = clientAuth;
    this.current = usable(bundle);
  }

  /**
   * What a server needs; empty without {@code transport.ssl.bundle}.
   *
   * @throws InvalidPropertyException when the bundle cannot be used
   */
  static Optional<TlsSettings> forServer(
      TransportProperties.Ssl properties, ObjectProvider<SslBundles> bundles) {
    return settings(properties, bundles, true);
  }

  /**
   * What a client needs; its certificate, if it has one, is given to servers that ask for it.
   *
   * @throws InvalidPropertyException when the bundle cannot be used
   */
  static Optional<TlsSettings> forClient(
      TransportProperties.Ssl properties, ObjectProvider<SslBundles> bundles) {
    return settings(properties, bundles, false);
  }

  private static Optional<TlsSettings> settings(
      TransportProperties.Ssl properties, ObjectProvider<SslBundles> bundles, boolean server) {
    String name = properties.bundle();
    if (name.isEmpty()) {
      return Optional.empty();
    }
    SslBundles known = bundles.getIfAvailable();
    try {
      if (known == null) {
        throw new NoSuchSslBundleException(name, "there are no bundles");
      }
      TlsBundle bundle =
          new TlsBundle(name, known.getBundle(name), server, properties.clientAuth());
      known.addBundleUpdateHandler(name, bundle::changed);
      return Optional.of(new TlsSettings(bundle, properties.clientAuth()));
    } catch (NoSuchSslBundleException none) {
      throw InvalidPropertyException.of(
          TransportProperties.SSL_BUNDLE,
          name,
          "the name of a bundle below spring.ssl.bundle.pem or spring.ssl.bundle.jks");
    } catch (Unusable unusable) {
      throw InvalidPropertyException.of(
          TransportProperties.SSL_BUNDLE, name, String.valueOf(unusable.getMessage()));
    }
  }

  @Override
  public SSLContext get() {
    return current;
  }

  private void changed(SslBundle bundle) {
    try {
      current = usable(bundle);
      log.info(
          "{} '{}' changed; it is used from the next connection on",
          TransportProperties.SSL_BUNDLE,
          name);
    } catch (Unusable unusable) {
      log.error(
          "{} '{}' changed and cannot be used, so the one before stays; expected {}",
          TransportProperties.SSL_BUNDLE,
          name,
          unusable.getMessage());
    }
  }

  private SSLContext usable(SslBundle bundle) throws Unusable {
    try {
      checkOptions(bundle);
      checkOwn(bundle.getStores().getKeyStore(), bundle.getKey().getAlias());
      if (server && clientAuth != ClientAuth.NONE && bundle.getStores().getTrustStore() == null) {
        throw new Unusable(
            "a bundle with a truststore, which says whose certificates clients may have, since %s is %s"
                .formatted(
                    TransportProperties.SSL_CLIENT_AUTH,
                    clientAuth.name().toLowerCase(Locale.ROOT)));
      }
      return bundle.createSslContext();
    } catch (GeneralSecurityException | RuntimeException unreadable) {
      throw new Unusable("a bundle that can be read (" + reason(unreadable) + ")");
    }
  }

  private static void checkOptions(SslBundle bundle) throws Unusable {
    if (bundle.getOptions().getCiphers() != null
        || bundle.getOptions().getEnabledProtocols() != null) {
      throw new Unusable(
          "a bundle without options: here it is always TLS 1.3 with the ciphers of the JDK");
    }
  }

  private void checkOwn(@Nullable KeyStore own, @Nullable String alias)
      throws GeneralSecurityException, Unusable {
    boolean any = false;
    if (own != null) {
      for (String each : Collections.list(own.aliases())) {
        if (own.isKeyEntry(each) && (alias == null || alias.equalsIgnoreCase(each))) {
          any = true;
          if (own.getCertificate(each) instanceof X509Certificate certificate) {
            checkDates(certificate);
          }
        }
      }
    }
    if (server && !any) {
      throw new Unusable("a bundle with a private key and its certificate, as a server needs them");
    }
  }

  private static void checkDates(X509Certificate certificate) throws Unusable {
    try {
      certificate.checkValidity();
    } catch (CertificateExpiredException expired) {
      throw new Unusable(
          "a certificate that is valid; this one expired at "
              + certificate.getNotAfter().toInstant());
    } catch (CertificateNotYetValidException early) {
      throw new Unusable(
          "a certificate that is valid; this one is not before "
              + certificate.getNotBefore().toInstant());
    }
  }

  /** The innermost words: they name the file, or what is wrong with it. */
  private static String reason(Throwable problem) {
    Throwable innermost = problem;
    while (innermost.getCause() != null) {
      innermost = innermost.getCause();
    }
    return innermost.getClass().getSimpleName() + ": " + innermost.getMessage();
  }
}
