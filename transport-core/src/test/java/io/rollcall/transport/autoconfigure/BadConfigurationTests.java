package io.rollcall.transport.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.transport.auth.PublicKey;
import io.rollcall.transport.auth.Signature;
import io.rollcall.transport.auth.Signer;
import io.rollcall.transport.testing.TestKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What an operator reads when a property is wrong; through a whole application start. */
@ExtendWith(OutputCaptureExtension.class)
class BadConfigurationTests {

  private static final String KEY = TestKeys.publicKey("optimism").hex();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          transport.read-timeout           | 30 parsecs   | a number with a unit, such as 500ms, 30s or 5m
          transport.connect-timeout        | soon         | a number with a unit, such as 500ms, 30s or 5m
          transport.max-message-size       | 10 bananas   | a number of bytes, or a number with a unit, such as 64KB or 10MB
          transport.max-connections        | many         | a whole number
          transport.keep-alive             | perhaps      | true or false
          transport.listen-addr            | :70000       | with a port from 0 to 65535
          transport.listen-addr            | 8080         | :8080, host:8080 or [::1]:8080
          transport.server-addr            | example.org  | host:8080
          transport.server-addr            | :8080        | host:8080
          transport.server-addr            | a:70000      | with a port from 1 to 65535
          transport.ssl.client-auth        | perhaps      | one of none, want, need
          transport.ssl.client-auth        | need         | none, as long as transport.ssl.bundle is not set
          auth.enabled                     | maybe        | true or false
          auth.handshake                   | v3           | one of v1, v2, auto
          auth.server-public-key           | 02ab         | nothing while auth.enabled is off
          auth.trusted-sequencers.optimism | rsa:1234     | a secp256k1 public key of 66 hex digits
          auth.trusted-sequencers.optimism | 0212         | a secp256k1 public key of 66 hex digits
          """)
  void saysPropertyValueAndWhatWasExpected(
      String property, String value, String expected, CapturedOutput output) {
    assertRefused(output, "--" + property + "=" + value);

    assertThat(output)
        .contains("APPLICATION FAILED TO START")
        .contains("Property " + property + " is '" + value + "'.")
        .contains("Expected: ")
        .contains(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          transport.max-connections    | 0       | at least 1
          transport.ssl.bundle         | nothing | the name of a bundle below spring.ssl.bundle.pem
          transport.max-message-size   | 3GB     | less than 2GB
          transport.read-timeout       | 0s      | more than nothing
          transport.buffer-size        | 1B      | at least 1024 bytes
          transport.outbound-buffer    | 1KB     | at least max-message-size
          auth.clock-skew              | 30      | from 1s to 10m
          auth.clock-skew              | 11m     | from 1s to 10m
          """)
  void saysWhatALimitIs(String property, String value, String expected, CapturedOutput output) {
    assertRefused(output, "--transport.listen-addr=localhost:0", "--" + property + "=" + value);

    assertThat(output).contains("Property " + property + " is '").contains(expected);
  }

  static Stream<String> wrongPrivateKeys() {
    String key = TestKeys.privateKeyHex("secret");
    return Stream.of(
        key.substring(1), "0x" + key, key.substring(0, 63) + "g", key + "00", "f".repeat(64));
  }

  @ParameterizedTest
  @MethodSource("wrongPrivateKeys")
  void neverShowsAPrivateKey(String key, CapturedOutput output) {
    assertRefused(output, "--auth.private-key=" + key, "--debug");

    assertThat(output)
        .contains("Property auth.private-key has a wrong value, which is secret and not shown.")
        .contains("64 hex digits");
    assertThat(output.getAll().contains(key.substring(2, 60))).as("key in the output").isFalse();
  }

  @Test
  void neverShowsAPrivateKeyBecauseOfItsNeighbour(CapturedOutput output) {
    String key = TestKeys.privateKeyHex("secret");

    assertRefused(
        output, "--auth.private-key=" + key, "--auth.private-key-file=/nowhere", "--debug");

    assertThat(output).contains("Property auth.private-key-file is '/nowhere'");
    assertThat(output.getAll().contains(key)).as("key in the output").isFalse();
  }

  @Test
  void neverShowsWhatAPrivateKeyFileHolds(CapturedOutput output, @TempDir Path folder)
      throws IOException {
    String key = TestKeys.privateKeyHex("secret").substring(1);
    Path file = Files.writeString(folder.resolve("key"), key);

    assertRefused(output, "--auth.private-key-file=" + file, "--debug");

    assertThat(output).contains("Property auth.private-key-file is '" + file + "'.");
    assertThat(output.getAll().contains(key)).as("key in the output").isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void refusesAPrivateKeyBesideASignerOfTheApplication(boolean enabled, CapturedOutput output) {
    String key = TestKeys.privateKeyHex("secret");

    assertRefused(
        WithASigner.class, output, "--auth.private-key=" + key, "--auth.enabled=" + enabled);

    assertThat(output)
        .contains("Property auth.private-key has a wrong value, which is secret and not shown.")
        .contains("Expected: nothing, because the application has a Signer bean, which signs.");
    assertThat(output.getAll().contains(key)).as("key in the output").isFalse();
  }

  @Test
  void refusesAPrivateKeyFileBesideASignerOfTheApplication(CapturedOutput output) {
    assertRefused(WithASigner.class, output, "--auth.private-key-file=/nowhere");

    assertThat(output)
        .contains("Property auth.private-key-file is '/nowhere'.")
        .contains("Expected: nothing, because the application has a Signer bean, which signs.");
  }

  @Test
  void saysInOneSentenceThatASignerDoesNotAnswer(CapturedOutput output) {
    assertRefused(WithABrokenSigner.class, output, "--auth.enabled=true");

    assertThat(output)
        .contains("APPLICATION FAILED TO START")
        .contains("The own key cannot be used: the key service does not answer.")
        .contains("Check the application's Signer bean, and whether what it asks can be reached.");
  }

  @Test
  void saysInOneSentenceThatASignerHasAnotherKey(CapturedOutput output) {
    assertRefused(WithAWrongSigner.class, output, "--auth.enabled=true");

    assertThat(output)
        .contains("APPLICATION FAILED TO START")
        .contains(
            "The own key cannot be used: the signer signs with another key than its public key "
                + KEY
                + ".");
  }

  @ParameterizedTest
  @ValueSource(strings = {"publisher", "server", "unauthenticated"})
  void refusesAReservedId(String id, CapturedOutput output) {
    assertRefused(output, "--auth.trusted-sequencers." + id + "=" + KEY);

    assertThat(output)
        .contains("Property auth.trusted-sequencers." + id + " is '" + id + "'.")
        .contains("an id that is not reserved");
  }

  @Test
  void refusesOneKeyUnderTwoIds(CapturedOutput output) {
    assertRefused(
        output, "--auth.trusted-sequencers.a=" + KEY, "--auth.trusted-sequencers.b=" + KEY);

    assertThat(output)
        .containsPattern("Property auth.trusted-sequencers.[ab] is '" + KEY + "'.")
        .containsPattern("a key that is not the key of '[ab]' too");
  }

  @Test
  void refusesAKeyThatIsNotOnTheCurve(CapturedOutput output) {
    String key = "02" + "f".repeat(64);

    assertRefused(output, "--auth.trusted-sequencers.a=" + key);

    assertThat(output)
        .contains("Property auth.trusted-sequencers.a is '" + key + "'.")
        .contains("public key is no point of secp256k1");
  }

  @Test
  void refusesAMisspeltMemberOfATrustedEntry(CapturedOutput output) {
    assertRefused(
        output,
        "--auth.trusted-sequencers.a.public-keys=" + KEY,
        "--auth.trusted-sequencers.a.chain-id=10");

    assertThat(output)
        .contains("Property auth.trusted-sequencers.a.chain-id is '10'.")
        .contains("has public-keys, chain-ids and connections");
  }

  @Test
  void refusesATrustedEntryOfAnotherForm(CapturedOutput output) {
    assertRefused(output, "--auth.trusted-sequencers.a[0]=" + KEY);

    assertThat(output)
        .contains("Property auth.trusted-sequencers.a.0 is '")
        .contains("an entry is a public key, or has public-keys, chain-ids and connections");
  }

  @Test
  void refusesATrustedEntryWithoutAKey(CapturedOutput output) {
    assertRefused(output, "--auth.trusted-sequencers.a.chain-ids=10");

    assertThat(output)
        .contains("Property auth.trusted-sequencers.a.public-keys is ''.")
        .contains("at least one public key");
  }

  @Test
  void refusesAWrongChainId(CapturedOutput output) {
    assertRefused(
        output,
        "--auth.trusted-sequencers.a.public-keys=" + KEY,
        "--auth.trusted-sequencers.a.chain-ids=10,ten");

    assertThat(output)
        .contains("Property auth.trusted-sequencers.a.chain-ids is 'ten'.")
        .contains("a positive decimal number or 0x and hex digits");
  }

  @Test
  void refusesAFileOfTrustedKeysThatIsNotThere(CapturedOutput output, @TempDir Path folder) {
    Path file = folder.resolve("trusted.yml");
    assertRefused(output, "--auth.trusted-sequencers-file=" + file);

    assertThat(output)
        .contains("Property auth.trusted-sequencers-file is '" + file + "'.")
        .contains("what may stand below auth.trusted-sequencers (it does not exist)");
  }

  @Test
  void refusesAFileOfTrustedKeysThatSaysSomethingElse(CapturedOutput output, @TempDir Path folder)
      throws IOException {
    Path file = Files.writeString(folder.resolve("trusted.yml"), "optimism: 0212");
    assertRefused(output, "--auth.trusted-sequencers-file=" + file);

    assertThat(output)
        .contains("Property auth.trusted-sequencers-file is '" + file + "'.")
        .contains("optimism is '0212'; expected a secp256k1 public key of 66 hex digits");
  }

  @Test
  void refusesAKeyThatIsInTheFileAndInTheProperties(CapturedOutput output, @TempDir Path folder)
      throws IOException {
    Path file = Files.writeString(folder.resolve("trusted.yml"), "b: " + KEY);
    assertRefused(
        output, "--auth.trusted-sequencers-file=" + file, "--auth.trusted-sequencers.a=" + KEY);

    assertThat(output)
        .contains("Property auth.trusted-sequencers-file is '" + file + "'.")
        .contains("of 'b' is in auth.trusted-sequencers too, of 'a'; expected in one of the two");
  }

  @Test
  void refusesAHandshakeThatDoesNotExist(CapturedOutput output) {
    assertRefused(
        output,
        "--auth.trusted-sequencers.a.public-keys=" + KEY,
        "--auth.trusted-sequencers.a.handshake=v1");

    assertThat(output)
        .contains("Property auth.trusted-sequencers.a.handshake is 'v1'.")
        .contains("Expected: auto or v2.");
  }

  @Test
  void refusesAKeyThatMayNotSpeakTheOnlyHandshakeThereIs(CapturedOutput output) {
    assertRefused(
        output,
        "--auth.handshake=v1",
        "--auth.trusted-sequencers.a.public-keys=" + KEY,
        "--auth.trusted-sequencers.a.handshake=v2");

    assertThat(output)
        .contains("Property auth.trusted-sequencers.a.handshake is 'v2'.")
        .contains("auto, because auth.handshake is v1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          transport.listen-addr=127.0.0.1:0   | false | auto | auth.enabled is off
          transport.listen-addr=127.0.0.1:0   | true  | v1   | auth.handshake is v1
          transport.server-addr=127.0.0.1:1   | false | auto | auth.enabled is off
          transport.server-addr=127.0.0.1:1   | true  | v1   | auth.handshake is v1
          """)
  void refusesCompressionThatCanNeverBeAgreed(
      String side, boolean auth, String handshake, String why, CapturedOutput output) {
    assertRefused(
        output,
        "--" + side,
        "--auth.enabled=" + auth,
        "--auth.handshake=" + handshake,
        "--transport.compression=zstd");

    assertThat(output)
        .contains("Property transport.compression is 'zstd'.")
        .contains("none, as long as " + why + ": it is agreed by handshake v2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          auth.handshake=v2          | auth.enabled=false            | Property auth.handshake is 'v2'.        | v1 or auto while auth.enabled is off
          auth.server-public-key=02ab | auth.enabled=true            | Property auth.server-public-key is '02ab'. | a secp256k1 public key of 66 hex digits
          auth.network-id=é          | auth.enabled=true             | Property auth.network-id is 'é'.        | at most 64 printable ASCII characters
          """)
  void refusesAWrongHandshake(
      String property, String other, String problem, String expected, CapturedOutput output) {
    assertRefused(output, "--" + property, "--" + other);

    assertThat(output).contains(problem).contains(expected);
  }

  @Test
  void refusesToExpectAServersKeyByAHandshakeThatProvesNone(CapturedOutput output) {
    assertRefused(
        output, "--auth.enabled=true", "--auth.server-public-key=" + KEY, "--auth.handshake=v1");

    assertThat(output)
        .contains("Property auth.handshake is 'v1'.")
        .contains("because auth.server-public-key is given and a server proves no key by v1");
  }

  @Test
  void saysInOneSentenceThatAPortIsInUse(CapturedOutput output) throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + other.getLocalPort();

      assertRefused(output, "--transport.listen-addr=" + address);

      assertThat(output).contains("APPLICATION FAILED TO START").contains(address);
      assertThat(output).contains("Set transport.listen-addr to a free address");
    }
  }

  private static void assertRefused(CapturedOutput output, String... arguments) {
    assertRefused(Application.class, output, arguments);
  }

  private static void assertRefused(
      Class<?> application, CapturedOutput output, String... arguments) {
    String[] quiet =
        Stream.concat(Arrays.stream(arguments), Stream.of("--spring.main.banner-mode=off"))
            .toArray(String[]::new);
    assertThatThrownBy(() -> start(application, quiet).close()).as(output.getAll()).isNotNull();
  }

  private static ConfigurableApplicationContext start(Class<?> application, String... arguments) {
    return new SpringApplicationBuilder(application).web(WebApplicationType.NONE).run(arguments);
  }

  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration({
    TransportAutoConfiguration.class,
    TransportServerAutoConfiguration.class,
    TransportClientAutoConfiguration.class
  })
  static class Application {}

  @Configuration(proxyBeanMethods = false)
  static class WithASigner extends Application {

    @Bean
    Signer signer() {
      return TestKeys.signer("far");
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class WithABrokenSigner extends Application {

    @Bean
    Signer signer() {
      return new BrokenSigner(TestKeys.publicKey("far"));
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class WithAWrongSigner extends Application {

    @Bean
    Signer signer() {
      return new WrongSigner(TestKeys.publicKey("optimism"));
    }
  }

  /** Says one key and signs with another. */
  private record WrongSigner(PublicKey publicKey) implements Signer {

    @Override
    public Signature sign(byte[] hash) {
      return TestKeys.signer("another").sign(hash);
    }
  }
}
