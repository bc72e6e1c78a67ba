package io.rollcall.system;

import java.math.BigInteger;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.web3j.utils.Numeric;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A rollup of the demo: its chain and the sequencer beside it, asked as a wallet would ask.
 *
 * @param name for people
 * @param chainId its number
 * @param http its sequencer
 */
record Rollup(String name, long chainId, HttpApi http) {

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(30);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** What somebody has here, in wei. */
  BigInteger balance(Wallet wallet) {
    return quantity("eth_getBalance", wallet);
  }

  /** The nonce of somebody's next transaction here. */
  long nonce(Wallet wallet) {
    return quantity("eth_getTransactionCount", wallet).longValueExact();
  }

  private BigInteger quantity(String method, Wallet wallet) {
    JsonNode result = http.call(method, "\"" + wallet.address() + "\"", "\"latest\"");
    return Numeric.toBigInt(result.asString());
  }

  /**
   * Submits an XT here.
   *
   * @return its id
   * @throws IllegalStateException when it is not accepted; the message holds the answer
   */
  String submit(String xt) {
    HttpResponse<String> answer = http.post("/v1/xts", xt);
    if (answer.statusCode() != 202) {
      throw new IllegalStateException(
          name + " answered " + answer.statusCode() + ": " + answer.body());
    }
    return JSON.readTree(answer.body()).get("id").asString();
  }

  /** Waits until its sequencer is connected to the publisher. */
  void awaitConnected() {
    Waiting.until(
        name + " to reach the publisher",
        CONNECT_LIMIT,
        () -> http.status("/actuator/health/publisher") == 200);
  }
}
