package io.rollcall.transport.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.transport.AuditEvent;
import org.junit.jupiter.api.Test;

/** The form that whoever reads the log with a program relies on. */
class AuditLineTests {

  @Test
  void everyKindIsOneLineThatBeginsWithTheConnection() {
    assertThat(line(AuditEvents.refused("untrusted key")))
        .isEqualTo(
            "c1 audit event=\"handshake-refused\" remote=\"192.0.2.7:4001\" reason=\"AUTH_FAILURE\" text=\"untrusted key\"");
    assertThat(line(AuditEvents.offence("voted for chain 7")))
        .isEqualTo(
            "c1 audit event=\"offence\" remote=\"192.0.2.7:4001\" identity=\"optimism\" text=\"voted for chain 7\" in-the-last-minute=\"11\" closed=\"true\"");
    assertThat(line(AuditEvents.replaced()))
        .isEqualTo(
            "c2 audit event=\"connection-replaced\" remote=\"[2001:db8:0:0:0:0:0:1]:5\" identity=\"optimism\" old-connection=\"c1\" old-remote=\"192.0.2.7:4001\"");
    assertThat(line(AuditEvents.throttled()))
        .isEqualTo(
            "- audit event=\"address-throttled\" address=\"192.0.2.7\" text=\"more than 5 a second\"");
    assertThat(line(AuditEvents.trustChanged()))
        .isEqualTo(
            "- audit event=\"trust-changed\" by=\"auth.trusted-sequencers-file\" text=\"removed optimism\"");
    assertThat(line(AuditEvents.trustWithdrawn()))
        .isEqualTo(
            "c1 audit event=\"trust-withdrawn\" remote=\"192.0.2.7:4001\" identity=\"optimism\" by=\"auth.trusted-sequencers-file\" text=\"public key is no longer trusted\"");
  }

  @Test
  void nothingInATextForgesALineOrAField() {
    assertThat(line(AuditEvents.refused("a\" reason=\"NONE\" b\\\"")))
        .endsWith("text=\"a\\\" reason=\\\"NONE\\\" b\\\\\\\"\"");
    assertThat(line(AuditEvents.refused("a\r\nc9 audit\t\u0000\u001b[2J")))
        .endsWith("text=\"a\\u000d\\u000ac9 audit\\u0009\\u0000\\u001b[2J\"");
    assertThat(line(AuditEvents.refused("\u2028\u2029\u0085\u202e\u200b\ud800")))
        .endsWith("text=\"\\u2028\\u2029\\u0085\\u202e\\u200b\\ud800\"");
  }

  @Test
  void aTextIsBoundedAndEndsItsFieldAllTheSame() {
    assertThat(line(AuditEvents.refused("x".repeat(AuditLine.MOST_CHARS))))
        .endsWith("\"" + "x".repeat(AuditLine.MOST_CHARS) + "\"");
    assertThat(line(AuditEvents.refused("\\".repeat(1_000_000))))
        .endsWith("\"" + "\\\\".repeat(AuditLine.MOST_CHARS) + "...\"");
  }

  private static String line(AuditEvent event) {
    return AuditLine.of(event).toString();
  }
}
