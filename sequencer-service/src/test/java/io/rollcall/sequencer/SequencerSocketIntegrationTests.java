package io.rollcall.sequencer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.proto.v1.Decided;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.Vote;
import io.rollcall.sequencer.testing.Http;
import io.rollcall.sequencer.testing.Wallet;
import io.rollcall.sequencer.testing.Xts;
import io.rollcall.transport.testing.RawServer;
import io.rollcall.transport.testing.RawSocketPeer;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The whole sequencer over a real socket, with a publisher that the test plays byte by byte. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "sequencer.chain-id=55555",
      "transport.reconnect-delay=20ms",
      "sequencer.execution.genesis.0x7e5f4552091a69125d5dfcb7b8c2659029395bdf=1000"
    })
@DirtiesContext
class SequencerSocketIntegrationTests {

  private static final long CHAIN = 55_555;
  private static final RawServer PUBLISHER = RawServer.listen();
  private static final Wallet ALICE = Wallet.number(1);
  private static final Wallet BOB = Wallet.number(101);

  @LocalServerPort private int port;

  @DynamicPropertySource
  static void address(DynamicPropertyRegistry properties) {
    properties.add("transport.server-addr", PUBLISHER::address);
  }

  @AfterAll
  static void close() {
    PUBLISHER.close();
  }

  /** One life of an XT: the connection is cut at each point where something could get lost. */
  @Test
  void anXtSurvivesEveryLossOfTheConnectionAndIsAppliedOnce() {
    Http http = new Http(port);
    CrossChainTransaction xt =
        Xts.xt(
            Xts.entry(CHAIN, ALICE.legacy(CHAIN, 0, BOB.address(), 30)),
            Xts.entry(77_777, ByteString.copyFromUtf8("of another chain")));

    RawSocketPeer first = PUBLISHER.accept();
    assertThat(http.post("/v1/xts", json(xt)).status()).isEqualTo(202);
    assertThat(submission(first)).isEqualTo(xt.encoded());
    first.reset();

    RawSocketPeer second = PUBLISHER.accept();
    assertThat(submission(second)).as("repeated after the cut").isEqualTo(xt.encoded());
    second.send(message().setXtRequest(xt.request()).build());
    Vote vote = vote(second);
    assertThat(vote.getSenderChainId()).isEqualTo(ChainId.of(CHAIN).bytes());
    assertThat(XtId.of(vote.getXtId())).isEqualTo(xt.id());
    assertThat(vote.getVote()).isTrue();
    assertThat(vote.getReason()).isEmpty();
    second.close();

    RawSocketPeer third = PUBLISHER.accept();
    assertThat(vote(third)).as("repeated after the cut").isEqualTo(vote);
    assertThat(balanceOfBob(http)).as("nothing before the decision").isEqualTo("0x0");
    third.send(decided(xt, true));
    http.awaitXt(xt.id().hex(), "committed");
    assertThat(balanceOfBob(http)).isEqualTo("0x1e");

    // Whatever comes later changes nothing: the start again, and another decision.
    third.send(decided(xt, false));
    third.send(message().setXtRequest(xt.request()).build());
    Vote again = vote(third);
    assertThat(again.getVote()).isFalse();
    assertThat(again.getReason()).isEqualTo("already committed");
    assertThat(balanceOfBob(http)).isEqualTo("0x1e");
    assertThat(http.get("/v1/xts/" + xt.id().hex()).json().get("state").asString())
        .isEqualTo("committed");
    third.close();
  }

  private static String balanceOfBob(Http http) {
    return http.rpc("eth_getBalance", "\"" + BOB.address() + "\"").get("result").asString();
  }

  private static Message.Builder message() {
    return Message.newBuilder().setSenderId("publisher");
  }

  private static Message decided(CrossChainTransaction xt, boolean commit) {
    return message()
        .setDecided(Decided.newBuilder().setXtId(xt.id().toMessage()).setDecision(commit))
        .build();
  }

  /** The bytes of the next request, as they came. */
  private static ByteString submission(RawSocketPeer peer) {
    while (true) {
      ByteString frame = peer.readFrame();
      if (message(frame).hasXtRequest()) {
        return CrossChainTransaction.requestBytes(frame);
      }
    }
  }

  private static Vote vote(RawSocketPeer peer) {
    while (true) {
      Message message = message(peer.readFrame());
      if (message.hasVote()) {
        return message.getVote();
      }
    }
  }

  private static Message message(ByteString frame) {
    try {
      return Message.parseFrom(frame);
    } catch (InvalidProtocolBufferException garbage) {
      throw new AssertionError(garbage);
    }
  }

  private static String json(CrossChainTransaction xt) {
    StringBuilder entries = new StringBuilder();
    xt.request()
        .getTransactionsList()
        .forEach(entry ->
            entries
                .append(entries.isEmpty() ? "" : ",")
                .append("{\"chainId\":\"")
                .append(ChainId.normalized(entry.getChainId()))
                .append("\",\"transactions\":[\"0x")
                .append(HexFormat.of().formatHex(entry.getTransaction(0).toByteArray()))
                .append("\"]}"));
    return "{\"transactions\":[" + entries + "]}";
  }
}
