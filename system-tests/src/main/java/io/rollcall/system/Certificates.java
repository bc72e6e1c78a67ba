package io.rollcall.system;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * An authority of its own for one pair, and a certificate of it for each service, as PEM files that
 * Spring's SSL bundles read. They are worth something for a day.
 */
final class Certificates {

  private static final Duration LIFE = Duration.ofDays(1);

  private final Path folder;
  private final X509Bundle authority;

  /** Writes the authority's certificate into this folder. */
  Certificates(Path folder) {
    this.folder = folder;
    try {
      authority =
          builder("Rollcall demo authority").setIsCertificateAuthority(true).buildSelfSigned();
    } catch (Exception failed) {
      throw new IllegalStateException("cannot make a certificate", failed);
    }
    write("authority.crt", authority.getCertificatePEM(), "rw-r--r--");
  }

  /** Issues one for a service on this machine, and says how it is told of it. */
  List<String> argumentsOf(String service) {
    X509Bundle issued;
    try {
      issued =
          builder(service)
              .addSanDnsName("localhost")
              .addSanIpAddress("127.0.0.1")
              .buildIssuedBy(authority);
    } catch (Exception failed) {
      throw new IllegalStateException("cannot make a certificate", failed);
    }
    String bundle = "--spring.ssl.bundle.pem.rollcall.";
    return List.of(
        bundle
            + "keystore.certificate="
            + write(service + ".crt", issued.getCertificatePEM(), "rw-r--r--"),
        bundle
            + "keystore.private-key="
            + write(service + ".pem", issued.getPrivateKeyPEM(), "rw-------"),
        bundle + "truststore.certificate=" + folder.resolve("authority.crt"),
        bundle + "reload-on-update=true",
        "--transport.ssl.bundle=rollcall");
  }

  private static CertificateBuilder builder(String name) {
    return new CertificateBuilder()
        .ecp256()
        .subject("CN=" + name)
        .notBefore(Instant.now().minus(Duration.ofHours(1)))
        .notAfter(Instant.now().plus(LIFE));
  }

  private Path write(String name, String content, String permissions) {
    Path file = folder.resolve(name);
    try {
      Files.deleteIfExists(file);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
      return Files.writeString(file, content);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
