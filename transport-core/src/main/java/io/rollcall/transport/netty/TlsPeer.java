package io.rollcall.transport.netty;

import io.rollcall.transport.CloseReason;
import io.rollcall.transport.MessageTooLargeException;
import io.rollcall.transport.TransportException;
import io.rollcall.transport.session.PeerText;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertPathValidatorException.Reason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.PKIXReason;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * The other end of a TLS connection, and what to say when TLS fails with it: one sentence for the
 * people of this side, with AUTH_FAILURE where a certificate is the matter. The peer never reads
 * it; all it gets is the alert of TLS.
 */
enum TlsPeer {
  /** Of a server. */
  CLIENT("the peer"),
  /** Of a client. */
  SERVER("the server");

  private static final String PROPERTY = "transport.ssl.bundle";
  private static final String ALERT = "fatal alert: ";

  private final String name;

  TlsPeer(String name) {
    this.name = name;
  }

  /** Its first bytes were not TLS. */
  TransportException isPlain() {
    return protocol(
        "%s does not speak TLS, and TLS is on here (%s)"
            .formatted(this == CLIENT ? "a peer came that" : name, PROPERTY));
  }

  /**
   * The same problem, or a better one: that the other end speaks TLS where nobody does here. It
   * shows in the length of the first frame.
   */
  static TransportException orTls(TransportException problem, TlsPeer peer) {
    return looksLikeTls(problem)
        ? protocol(
            "%s speaks TLS, and TLS is off here (%s is not set)"
                .formatted(peer == CLIENT ? "a peer came that" : peer.name, PROPERTY))
        : problem;
  }

  /** A record of a handshake or an alert, of any version: 16 03 xx xx or 15 03 xx xx. */
  static boolean looksLikeTls(TransportException problem) {
    if (!(problem instanceof MessageTooLargeException large)) {
      return false;
    }
    long firstTwo = large.size() >>> 16;
    return firstTwo == 0x1603 || firstTwo == 0x1503;
  }

  /** What TLS failed for before it was established. */
  TransportException handshakeFailed(Throwable cause, SSLEngine engine) {
    List<Throwable> causes = causes(cause);
    return alert(causes, engine)
        .or(() -> certificate(causes))
        .orElseGet(() -> protocol("the TLS handshake failed: " + text(cause)));
  }

  /** What it failed for later. A server looks at certificates when its client is done already. */
  TransportException broke(Throwable cause, SSLEngine engine) {
    return alert(causes(cause), engine).orElseGet(() -> protocol("TLS broke: " + text(cause)));
  }

  /**
   * A certificate that is trusted by itself is not asked for its dates by the JDK; those count too.
   */
  Optional<TransportException> invalidNow(SSLEngine engine) {
    try {
      if (engine.getSession().getPeerCertificates()[0] instanceof X509Certificate certificate) {
        try {
          certificate.checkValidity();
        } catch (CertificateExpiredException expired) {
          return Optional.of(expired(certificate.getNotAfter().toInstant().toString()));
        } catch (CertificateNotYetValidException early) {
          return Optional.of(notYetValid(certificate.getNotBefore().toInstant().toString()));
        }
      }
    } catch (SSLPeerUnverifiedException none) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  private Optional<TransportException> alert(List<Throwable> causes, SSLEngine engine) {
    return causes.stream()
        .map(each -> String.valueOf(each.getMessage()))
        .filter(message -> message.contains(ALERT))
        .map(message -> message.substring(message.indexOf(ALERT) + ALERT.length()).strip())
        .findFirst()
        .map(alert -> alert(alert, engine));
  }

  /** By the names of RFC 8446. */
  private TransportException alert(String alert, SSLEngine engine) {
    boolean gaveNone = engine.getSession().getLocalCertificates() == null;
    return switch (alert) {
      case "certificate_required" -> wantsCertificate();
      case "bad_certificate",
          "certificate_unknown",
          "unknown_ca",
          "certificate_expired",
          "certificate_revoked",
          "unsupported_certificate",
          "access_denied" ->
          this == SERVER && gaveNone
              ? wantsCertificate()
              : refused("%s refused the certificate of this side (%s)".formatted(name, alert));
      case "protocol_version" ->
          protocol(name + " does not speak TLS 1.3, the one that is used here");
      default -> protocol("%s gave TLS up (%s)".formatted(name, PeerText.of(alert)));
    };
  }

  private static TransportException wantsCertificate() {
    return refused(
        "the server wants a certificate of this client, and the bundle of %s has none that it takes"
            .formatted(PROPERTY));
  }

  private Optional<TransportException> certificate(List<Throwable> causes) {
    for (Throwable each : causes) {
      String message = String.valueOf(each.getMessage());
      switch (each) {
        case CertificateExpiredException expired -> {
          return Optional.of(expired(date(causes, X509Certificate::getNotAfter, message)));
        }
        case CertificateNotYetValidException early -> {
          return Optional.of(notYetValid(date(causes, X509Certificate::getNotBefore, message)));
        }
        case CertPathBuilderException nobody -> {
          return Optional.of(untrusted());
        }
        case CertPathValidatorException invalid when isForeign(invalid.getReason()) -> {
          return Optional.of(untrusted());
        }
        default -> {}
      }
      if (message.contains("Empty client certificate chain")) {
        return Optional.of(
            refused("the peer gave no certificate, and transport.ssl.client-auth is need"));
      }
      if (each instanceof CertificateException
          && (message.startsWith("No subject alternative")
              || message.startsWith("No name matching"))) {
        return Optional.of(
            refused(
                "the certificate of %s is for another host than the one in transport.server-addr"
                    .formatted(name)));
      }
      if (message.contains("client supported protocol versions")
          || message.contains("protocol version")) {
        return Optional.of(protocol(name + " does not speak TLS 1.3, the one that is used here"));
      }
    }
    return causes.stream()
        .filter(CertificateException.class::isInstance)
        .findFirst()
        .map(other -> refused("the certificate of %s is refused: %s".formatted(name, text(other))));
  }

  /** Issued by somebody else, even if that one has the name of one that is trusted. */
  private static boolean isForeign(Reason reason) {
    return reason == PKIXReason.NO_TRUST_ANCHOR || reason == BasicReason.INVALID_SIGNATURE;
  }

  private TransportException untrusted() {
    return refused(
        "the certificate of %s was issued by nobody that the bundle of %s trusts"
            .formatted(name, PROPERTY));
  }

  private TransportException expired(String when) {
    return refused("the certificate of %s expired at %s".formatted(name, when));
  }

  private TransportException notYetValid(String when) {
    return refused(
        "the certificate of %s is not valid before %s, by the clock of this machine"
            .formatted(name, when));
  }

  private static String date(
      List<Throwable> causes, Function<X509Certificate, Date> date, String otherwise) {
    for (Throwable each : causes) {
      if (each instanceof CertPathValidatorException invalid
          && invalid.getCertPath() != null
          && invalid.getIndex() >= 0
          && invalid.getCertPath().getCertificates().get(invalid.getIndex())
              instanceof X509Certificate certificate) {
        return date.apply(certificate).toInstant().toString();
      }
    }
    return PeerText.of(otherwise);
  }

  private static List<Throwable> causes(Throwable cause) {
    List<Throwable> all = new ArrayList<>();
    for (Throwable each = cause; each != null && all.size() < 10; each = each.getCause()) {
      all.add(each);
    }
    return all;
  }

  private static String text(Throwable cause) {
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : PeerText.of(message);
  }

  private static TransportException refused(String text) {
    return new TransportException(CloseReason.AUTH_FAILURE, text);
  }

  private static TransportException protocol(String text) {
    return new TransportException(CloseReason.PROTOCOL_ERROR, text);
  }
}
