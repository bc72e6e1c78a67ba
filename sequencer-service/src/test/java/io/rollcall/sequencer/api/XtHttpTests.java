package io.rollcall.sequencer.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.sequencer.testing.Http;
import io.rollcall.sequencer.testing.SequencerTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

@SequencerTest
class XtHttpTests {

  @LocalServerPort private int port;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {                                                                    | the body is not JSON
          ``                                                                   | no JSON object
          []                                                                   | no JSON object
          {}                                                                   | transactions is missing
          {"transactions":{}}                                                  | transactions is no array
          {"transactions":[]}                                                  | the request has no entry
          {"transactions":[1]}                                                 | transactions[0] is no object
          {"transactions":[{"transactions":["0x01"]}]}                         | transactions[0].chainId is missing
          {"transactions":[{"chainId":"x","transactions":["0x01"]}]}           | 'x' is no chain id
          {"transactions":[{"chainId":"0","transactions":["0x01"]}]}           | not a positive number
          {"transactions":[{"chainId":"7"}]}                                   | transactions[0].transactions is missing
          {"transactions":[{"chainId":"7","transactions":[]}]}                 | entry 1 has no transaction
          {"transactions":[{"chainId":"7","transactions":["01"]}]}             | does not start with 0x
          {"transactions":[{"chainId":"7","transactions":["0x1"]}]}            | is not hex
          {"transactions":[{"chainId":"7","transactions":["0xzz"]}]}           | is not hex
          {"transactions":[{"chainId":"7","transactions":["0x"]}]}             | entry 1, transaction 1: not an Ethereum transaction
          {"transactions":[{"chainId":"55555","transactions":["0xdeadbeef"]}]} | entry 1, transaction 1: not an Ethereum transaction
          {"transactions":[],"transactions":[]}                                | the body is not JSON
          {} {}                                                                | the body is not JSON
          """)
  void saysWhatIsWrongWithABody(String body, String detail) {
    Http.Answer answer = new Http(port).post("/v1/xts", body);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.type()).startsWith("application/problem+json");
    assertThat(answer.json().get("detail").asString()).contains(detail);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "0xabc", "zz"})
  void saysWhatAnIdLooksLike(String id) {
    Http.Answer answer = new Http(port).get("/v1/xts/" + id);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().get("detail").asString()).contains("expected 64 hex digits");
  }

  @Test
  void knowsNothingOfOtherXts() {
    Http.Answer answer = new Http(port).get("/v1/xts/0x" + "ab".repeat(32));

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.type()).startsWith("application/problem+json");
  }

  @Test
  void readsNoEndlessBody() {
    Http.Answer answer =
        new Http(port).post("/v1/xts", " ".repeat(XtController.MAX_BODY_BYTES + 1));

    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.type()).startsWith("application/problem+json");
  }

  @Test
  void answersOtherMethodsAndPathsWithProblemsToo() {
    assertThat(new Http(port).get("/v1/xts").type()).startsWith("application/problem+json");
    assertThat(new Http(port).get("/v1/nothing").type()).startsWith("application/problem+json");
  }
}
