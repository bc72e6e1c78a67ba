package io.rollcall.sequencer.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Ping;
import io.rollcall.sequencer.testing.FakePublisher;
import io.rollcall.sequencer.testing.Http;
import io.rollcall.sequencer.testing.SequencerTest;
import io.rollcall.sequencer.testing.Wallet;
import io.rollcall.sequencer.testing.Xts;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.web3j.crypto.Hash;
import tools.jackson.databind.JsonNode;

@SequencerTest
class JsonRpcHttpTests {

  private static final long CHAIN = SequencerTest.CHAIN;
  private static final Wallet ALICE = Wallet.number(2);
  private static final Wallet NOBODY = Wallet.number(202);

  @Autowired private FakePublisher publisher;
  @LocalServerPort private int port;
  private Http http = new Http(0);

  @BeforeEach
  void connected() {
    http = new Http(port);
    if (!publisher.isConnected()) {
      publisher.connectInBackground();
    }
    publisher.forget();
  }

  @Test
  void answersWhatWalletsAskFirst() {
    assertThat(result("eth_chainId", "")).isEqualTo("0xd903");
    assertThat(result("net_version", "")).isEqualTo("55555");
    assertThat(result("eth_gasPrice", "")).isEqualTo("0x0");
    assertThat(result("eth_estimateGas", "{}")).isEqualTo("0x5208");
    assertThat(result("eth_getBalance", quoted(Wallet.number(203).address()))).isEqualTo("0x0");
    assertThat(result("eth_getBalance", quoted(Wallet.number(3).address()) + ",\"pending\""))
        .isEqualTo("0x3e8");
    assertThat(result("eth_getTransactionCount", quoted(NOBODY.address()) + ",\"earliest\""))
        .isEqualTo("0x0");
    assertThat(
            http.rpc("eth_getTransactionReceipt", quoted("0x" + "00".repeat(32)))
                .get("result")
                .isNull())
        .isTrue();
  }

  @Test
  void runsAPlainTransactionAndShowsItsReceipt() {
    long block = Long.decode(result("eth_blockNumber", ""));
    ByteString raw = ALICE.legacy(CHAIN, 0, NOBODY.address(), 5);

    String hash = result("eth_sendRawTransaction", quoted("0x" + hex(raw)));

    assertThat(hash).isEqualTo("0x" + hex(ByteString.copyFrom(Hash.sha3(raw.toByteArray()))));
    JsonNode receipt = http.rpc("eth_getTransactionReceipt", quoted(hash)).get("result");
    assertThat(receipt.get("status").asString()).isEqualTo("0x1");
    assertThat(receipt.get("gasUsed").asString()).isEqualTo("0x5208");
    assertThat(Long.decode(receipt.get("blockNumber").asString())).isGreaterThan(block);
    assertThat(receipt.get("from").asString()).isEqualTo(ALICE.address().toString());
    assertThat(receipt.get("contractAddress").isNull()).isTrue();
    assertThat(receipt.get("logsBloom").asString()).hasSize(514);
    assertThat(result("eth_getBalance", quoted(ALICE.address()) + ",\"earliest\""))
        .isEqualTo("0x3e8");
    assertThat(error("eth_sendRawTransaction", quoted("0x" + hex(raw)), -32000))
        .contains("nonce too low")
        .contains("got 0, expected 1");
  }

  @Test
  void submitsAnXtAsTheSdksHostDoes() {
    ByteString own = Wallet.number(4).legacy(CHAIN, 0, NOBODY.address(), 1);
    ByteString other = ByteString.copyFromUtf8("for chain 7");
    CrossChainTransaction xt = Xts.xt(Xts.entry(7, other), Xts.entry(CHAIN, own));
    String encoded =
        quoted("0x" + hex(Message.newBuilder().setXtRequest(xt.request()).build().toByteString()));

    JsonNode hashes = http.rpc("eth_sendXTransaction", encoded).get("result");

    assertThat(publisher.next().getXtRequest().toByteString()).isEqualTo(xt.encoded());
    assertThat(hashes.values().stream().map(JsonNode::asString))
        .containsExactly(hash(other), hash(own));
    JsonNode again = http.rpc("rollcall_sendXt", encoded).get("result");
    assertThat(again.get("id").asString()).isEqualTo(xt.id().hex());
    assertThat(again.get("hashes")).isEqualTo(hashes);
    assertThat(http.rpc("rollcall_getXt", quoted(xt.id().hex())).at("/result/state").asString())
        .isEqualTo("queued");
    assertThat(http.rpc("rollcall_getXt", quoted("ab".repeat(32))).get("result").isNull()).isTrue();
    publisher.decide(xt.id(), false, "enough");
  }

  @Test
  void encodesAnXtAgainThatCameInAnotherOrder() {
    CrossChainTransaction xt =
        Xts.xt(Xts.entry(7, ByteString.copyFromUtf8("for chain 7, in another order")));
    // The transaction (field 2) before the chain id (field 1).
    ByteString transaction = xt.request().getTransactions(0).getTransaction(0);
    byte[] tail = HexFormat.of().parseHex("0a0107");
    byte[] entry = new byte[2 + transaction.size() + tail.length];
    entry[0] = 0x12;
    entry[1] = (byte) transaction.size();
    transaction.copyTo(entry, 2);
    System.arraycopy(tail, 0, entry, 2 + transaction.size(), tail.length);
    String inner = hex(ByteString.copyFrom(entry));
    String request = "0a%02x%s".formatted(entry.length, inner);
    String message = "12%02x%s".formatted(request.length() / 2, request);

    JsonNode answer = http.rpc("rollcall_sendXt", quoted("0x" + message)).get("result");

    assertThat(answer.get("id").asString()).isEqualTo(xt.id().hex());
    assertThat(publisher.next().getXtRequest().toByteString()).isEqualTo(xt.encoded());
    publisher.decide(xt.id(), false, "enough");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {                                                               | -32700 | null | not JSON
          ``                                                              | -32700 | null | the body is empty
          []                                                              | -32600 | null | a batch of 0 calls
          1                                                               | -32600 | null | a call is a JSON object
          {"id":1,"method":"net_version"}                                 | -32600 | 1    | jsonrpc is not
          {"jsonrpc":"2.0","id":1}                                        | -32600 | 1    | method is no string
          {"jsonrpc":"2.0","id":[],"method":"net_version"}                | -32600 | null | id is no string
          {"jsonrpc":"2.0","id":1,"method":"net_version","params":1}      | -32600 | 1    | params is no array
          {"jsonrpc":"2.0","id":"a","method":"eth_mine"}                  | -32601 | "a"  | no method eth_mine
          {"jsonrpc":"2.0","id":1,"method":"net_version","params":{}}     | -32602 | 1    | params is no array
          {"jsonrpc":"2.0","id":1,"method":"net_version","params":[1]}    | -32602 | 1    | got 1 parameters, expected 0
          {"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":[]}  | -32602 | 1    | expected 1 to 2
          {"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":["0x1"]} | -32602 | 1 | is no address
          {"jsonrpc":"2.0","id":1,"method":"eth_sendRawTransaction","params":["0xzz"]} | -32602 | 1 | is not hex
          {"jsonrpc":"2.0","id":1,"method":"eth_sendRawTransaction","params":["0xdead"]} | -32602 | 1 | not an Ethereum transaction
          {"jsonrpc":"2.0","id":1,"method":"eth_sendXTransaction","params":["0xff"]} | -32602 | 1 | no encoded rollup.v1.Message
          {"jsonrpc":"2.0","id":1,"method":"eth_sendXTransaction","params":["0x1200"]} | -32602 | 1 | the request has no entry
          {"jsonrpc":"2.0","id":1,"method":"rollcall_getXt","params":["7"]} | -32602 | 1 | expected 64 hex digits
          {"jsonrpc":"2.0","id":null,"method":"eth_mine"}                 | -32601 | null | no method eth_mine
          """)
  void tellsErrorsWithTheirStandardCodes(String body, int code, String id, String message) {
    Http.Answer answer = http.post("/", body);

    assertThat(answer.status()).isEqualTo(200);
    JsonNode json = answer.json();
    assertThat(json.get("jsonrpc").asString()).isEqualTo("2.0");
    assertThat(json.get("id")).hasToString(id);
    assertThat(json.at("/error/code").asInt()).isEqualTo(code);
    assertThat(json.at("/error/message").asString()).contains(message);
    assertThat(json.has("result")).isFalse();
  }

  @Test
  void saysWhichPayloadItGotInsteadOfARequest() {
    Message ping = Message.newBuilder().setPing(Ping.newBuilder().setTimestamp(1)).build();

    assertThat(error("eth_sendXTransaction", quoted(hex(ping.toByteString())), -32602))
        .contains("Message of ping, expected xt_request");
  }

  @Test
  void refusesOldStateAndUnknownTags() {
    String account = quoted(NOBODY.address());
    assertThat(error("eth_getBalance", account + ",\"0xffffff\"", -32000)).contains("is not kept");
    assertThat(error("eth_getBalance", account + ",\"newest\"", -32602))
        .contains("expected latest, pending, earliest");
  }

  @Test
  void answersABatchInOrderAndLeavesNotificationsOut() {
    JsonNode answers =
        http.post(
                "/",
                """
                [{"jsonrpc":"2.0","id":1,"method":"net_version"},
                 {"jsonrpc":"2.0","method":"net_version"},
                 7,
                 {"jsonrpc":"2.0","id":2,"method":"eth_gasPrice","params":[]}]
                """)
            .json();

    assertThat(answers.values().stream().map(answer -> answer.get("id").toString()))
        .containsExactly("1", "null", "2");
  }

  @Test
  void answersNothingToNotificationsAlone() {
    Http.Answer answer = http.post("/", "{\"jsonrpc\":\"2.0\",\"method\":\"net_version\"}");

    assertThat(answer.status()).isEqualTo(204);
    assertThat(answer.text()).isEmpty();
  }

  @Test
  void refusesAnEndlessBatchAndAnEndlessBody() {
    String call = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"net_version\"}";
    String batch = "[" + (call + ",").repeat(JsonRpc.MAX_BATCH) + call + "]";
    assertThat(http.post("/", batch).json().at("/error/code").asInt()).isEqualTo(-32600);

    Http.Answer endless = http.post("/", " ".repeat(JsonRpcController.MAX_BODY_BYTES + 1));
    assertThat(endless.status()).isEqualTo(413);
    assertThat(endless.json().at("/error/code").asInt()).isEqualTo(-32600);
  }

  private String result(String method, String params) {
    JsonNode answer = http.rpc(method, params);
    assertThat(answer.has("result")).as(answer.toString()).isTrue();
    return answer.get("result").asString();
  }

  private String error(String method, String params, int code) {
    JsonNode error = http.rpc(method, params).get("error");
    assertThat(error.get("code").asInt()).isEqualTo(code);
    return error.get("message").asString();
  }

  private static String hash(ByteString transaction) {
    return "0x" + hex(ByteString.copyFrom(Hash.sha3(transaction.toByteArray())));
  }

  private static String quoted(Object text) {
    return "\"" + text + "\"";
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
