package io.rollcall.sequencer.execution.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.scp.StageResult;
import io.rollcall.sequencer.coordination.Address;
import io.rollcall.sequencer.coordination.MalformedTransactionException;
import io.rollcall.sequencer.coordination.PlainTransaction;
import io.rollcall.sequencer.testing.Wallet;
import io.rollcall.sequencer.testing.Xts;
import java.math.BigInteger;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EmbeddedLedgerTests {

  private static final long CHAIN = 55_555;
  private final Wallet alice = Wallet.number(1);
  private final Address bob = Wallet.number(2).address();
  private final EmbeddedLedger ledger =
      new EmbeddedLedger(
          ChainId.of(CHAIN), new Genesis(Map.of(alice.address(), BigInteger.valueOf(100))), 10);

  @AfterEach
  void close() {
    ledger.close();
  }

  @Test
  void stagesTheOwnChainsEntriesAndNoOthers() throws Exception {
    CrossChainTransaction xt =
        Xts.xt(
            Xts.entry(CHAIN, alice.legacy(CHAIN, 0, bob, 1)),
            Xts.entry(7, ByteString.copyFromUtf8("somebody else's")),
            Xts.entry(CHAIN, alice.dynamicFee(CHAIN, 1, bob, 2)));

    assertThat(stage(xt)).isEqualTo(new StageResult.Ready());
    ledger.apply(xt.id());

    assertThat(ledger.balance(bob)).isEqualTo(3);
    assertThat(ledger.transactionCount(alice.address())).isEqualTo(2);
    assertThat(ledger.blockNumber()).isEqualTo(1);
  }

  @Test
  void saysWhichTransactionIsRefusedAndWhy() throws Exception {
    assertThat(
            stage(
                Xts.xt(
                    Xts.entry(CHAIN, alice.legacy(CHAIN, 0, bob, 1), alice.legacy(7, 1, bob, 1)))))
        .isEqualTo(
            new StageResult.Refused(
                "transaction 2 of 2: the transaction is for chain 7, expected chain 55555"));
    assertThat(stage(Xts.xt(Xts.entry(CHAIN, ByteString.copyFromUtf8("garbage")))))
        .isInstanceOfSatisfying(
            StageResult.Refused.class, refused -> assertThat(refused.reason()).isNotBlank());
  }

  @Test
  void appliesAPlainTransactionAndKeepsItsReceipt() {
    PlainTransaction transaction = ledger.check(alice.dynamicFee(CHAIN, 0, bob, 5));
    ledger.reserve(transaction);
    assertThat(ledger.balance(bob)).as("only reserved").isZero();
    ledger.applyReserved();
    ByteString hash = transaction.hash();

    assertThat(ledger.balance(bob)).isEqualTo(5);
    assertThat(ledger.receipt(hash)).get().extracting(r -> r.type()).isEqualTo(2);
    assertThatThrownBy(() -> ledger.check(ByteString.copyFromUtf8("x")))
        .isInstanceOf(MalformedTransactionException.class);
  }

  @Test
  void takesNothingOnceItIsClosed() {
    ledger.close();
    CompletableFuture<StageResult> answer = new CompletableFuture<>();

    ledger.stage(Xts.xt(Xts.entry(CHAIN, alice.legacy(CHAIN, 0, bob, 1))), answer::complete);

    assertThat(ledger.available()).isFalse();
    assertThat(answer).isNotDone();
  }

  private StageResult stage(CrossChainTransaction xt) throws Exception {
    CompletableFuture<StageResult> answer = new CompletableFuture<>();
    ledger.stage(xt, answer::complete);
    return answer.get(10, TimeUnit.SECONDS);
  }
}
