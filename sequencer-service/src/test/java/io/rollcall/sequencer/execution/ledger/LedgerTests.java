package io.rollcall.sequencer.execution.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.XtId;
import io.rollcall.scp.StageResult;
import io.rollcall.sequencer.coordination.Address;
import io.rollcall.sequencer.coordination.TransactionReceipt;
import io.rollcall.sequencer.coordination.TransactionRefusedException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LedgerTests {

  private static final Address ALICE = account(1);
  private static final Address BOB = account(2);
  private static final Address CAROL = account(3);
  private final Ledger ledger = ledgerOf(Map.of(ALICE, 100L, BOB, 50L));
  private int hashes;

  @Test
  void showsNothingOfAnXtUntilItIsApplied() {
    XtId id = id("a");
    assertThat(ledger.stage(id, List.of(transfer(ALICE, CAROL, 0, 30))))
        .isEqualTo(new StageResult.Ready());
    assertThat(ledger.account(CAROL)).isEqualTo(Account.EMPTY);
    assertThat(ledger.blockNumber()).isZero();

    ledger.apply(id);

    assertThat(ledger.account(ALICE)).isEqualTo(new Account(BigInteger.valueOf(70), 1));
    assertThat(ledger.account(CAROL)).isEqualTo(new Account(BigInteger.valueOf(30), 0));
    assertThat(ledger.blockNumber()).isEqualTo(1);
  }

  @Test
  void leavesNoTraceOfAnXtThatIsDiscarded() {
    XtId id = id("a");
    SignedTransfer transfer = transfer(ALICE, CAROL, 0, 30);
    ledger.stage(id, List.of(transfer));

    ledger.discard(id);

    assertThat(ledger.account(ALICE)).isEqualTo(new Account(BigInteger.valueOf(100), 0));
    assertThat(ledger.receipt(transfer.hash())).isEmpty();
    applyPlain(ledger, transfer(ALICE, BOB, 0, 1));
  }

  @Test
  void runsAllTransfersOfAnXtInOrderOrNone() {
    assertThat(
            ledger.stage(
                id("a"),
                List.of(
                    transfer(ALICE, CAROL, 0, 100),
                    transfer(CAROL, BOB, 0, 60),
                    transfer(BOB, ALICE, 0, 110))))
        .isEqualTo(new StageResult.Ready());
    ledger.apply(id("a"));
    assertThat(ledger.account(ALICE).balance()).isEqualTo(110);

    assertThat(
            ledger.stage(
                id("b"), List.of(transfer(ALICE, BOB, 1, 10), transfer(ALICE, BOB, 2, 101))))
        .isEqualTo(
            new StageResult.Refused(
                "transaction 2 of 2: insufficient balance of " + ALICE + ": have 100, need 101"));
    assertThat(ledger.account(ALICE)).isEqualTo(new Account(BigInteger.valueOf(110), 1));
    applyPlain(ledger, transfer(ALICE, BOB, 1, 1));
  }

  @Test
  void demandsNoncesWithoutAGap() {
    assertThat(ledger.stage(id("a"), List.of(transfer(ALICE, BOB, 1, 1))))
        .isEqualTo(new StageResult.Refused("nonce too high for " + ALICE + ": got 1, expected 0"));
    applyPlain(ledger, transfer(ALICE, BOB, 0, 1));
    assertThat(ledger.stage(id("a"), List.of(transfer(ALICE, BOB, 0, 1))))
        .isEqualTo(new StageResult.Refused("nonce too low for " + ALICE + ": got 0, expected 1"));
  }

  @Test
  void isBusyForAnXtThatTouchesAnAccountOfAStagedOne() {
    ledger.stage(id("a"), List.of(transfer(ALICE, CAROL, 0, 1)));

    assertThat(ledger.stage(id("b"), List.of(transfer(BOB, CAROL, 0, 1))))
        .isEqualTo(new StageResult.Busy(id("a")));
    assertThat(ledger.stage(id("c"), List.of(transfer(BOB, account(9), 0, 1))))
        .isEqualTo(new StageResult.Ready());

    ledger.apply(id("a"));
    ledger.discard(id("c"));
    assertThat(ledger.stage(id("b"), List.of(transfer(BOB, CAROL, 0, 1))))
        .isEqualTo(new StageResult.Ready());
  }

  @Test
  void refusesAPlainTransactionOnAnAccountOfAStagedXtAndNamesIt() {
    ledger.stage(id("a"), List.of(transfer(ALICE, CAROL, 0, 1)));

    for (SignedTransfer plain : List.of(transfer(ALICE, BOB, 0, 1), transfer(BOB, CAROL, 0, 1))) {
      assertThatThrownBy(() -> applyPlain(ledger, plain))
          .isInstanceOf(TransactionRefusedException.class)
          .hasMessageContaining(id("a").hex());
    }
  }

  @Test
  void paysOneselfWithoutMakingMoney() {
    applyPlain(ledger, transfer(ALICE, ALICE, 0, 40));

    assertThat(ledger.account(ALICE)).isEqualTo(new Account(BigInteger.valueOf(100), 1));
  }

  @Test
  void refusesToEndWhatIsNotStaged() {
    assertThatThrownBy(() -> ledger.apply(id("a"))).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> ledger.discard(id("a"))).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void keepsReceiptsOfTheNewestTransactions() {
    Ledger small = new Ledger(ChainId.of(7), new Genesis(Map.of(ALICE, BigInteger.TEN)), 2);
    List<SignedTransfer> transfers = new ArrayList<>();
    for (int nonce = 0; nonce < 3; nonce++) {
      transfers.add(transfer(ALICE, BOB, nonce, 1));
      applyPlain(small, transfers.get(nonce));
    }

    assertThat(small.receipt(transfers.get(0).hash())).isEmpty();
    assertThat(small.receipt(transfers.get(2).hash()))
        .get()
        .satisfies(receipt -> {
          assertThat(receipt.blockNumber()).isEqualTo(3);
          assertThat(receipt.from()).isEqualTo(ALICE);
          assertThat(receipt.gasUsed()).isEqualTo(21_000);
        });
  }

  @Test
  void countsAnXtAsOneBlockWithAllItsTransactions() {
    SignedTransfer second = transfer(ALICE, BOB, 1, 1);
    ledger.stage(id("a"), List.of(transfer(ALICE, BOB, 0, 1), second));
    ledger.apply(id("a"));

    TransactionReceipt receipt = ledger.receipt(second.hash()).orElseThrow();
    assertThat(receipt.transactionIndex()).isEqualTo(1);
    assertThat(receipt.cumulativeGasUsed()).isEqualTo(42_000);
    assertThat(ledger.blockNumber()).isEqualTo(1);
  }

  @Test
  void conservesMoneyWhateverHappens() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Map<Address, BigInteger> genesis = new HashMap<>();
      for (int i = 0; i < 6; i++) {
        genesis.put(account(i), BigInteger.ONE.shiftLeft(253).add(BigInteger.valueOf(i)));
      }
      Ledger bank = new Ledger(ChainId.of(7), new Genesis(genesis), 10);
      BigInteger total = bank.total();
      Map<XtId, Boolean> staged = new HashMap<>();
      for (int round = 0; round < 60; round++) {
        XtId id = id(seed + "/" + round);
        List<SignedTransfer> transfers = new ArrayList<>();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
          transfers.add(randomTransfer(bank, random));
        }
        if (bank.stage(id, transfers) instanceof StageResult.Ready) {
          staged.put(id, true);
        }
        if (random.nextBoolean()) {
          try {
            applyPlain(bank, randomTransfer(bank, random));
          } catch (TransactionRefusedException ordinary) {
            assertThat(ordinary.getMessage()).isNotBlank();
          }
        }
        if (!staged.isEmpty() && random.nextBoolean()) {
          XtId ended = staged.keySet().iterator().next();
          staged.remove(ended);
          if (random.nextBoolean()) {
            bank.apply(ended);
          } else {
            bank.discard(ended);
          }
        }
        assertThat(bank.total()).as("seed " + seed).isEqualTo(total);
        for (int i = 0; i < 6; i++) {
          assertThat(bank.account(account(i)).balance()).isNotNegative();
        }
      }
      assertThat(bank.blockNumber()).isPositive();
    }
  }

  private SignedTransfer randomTransfer(Ledger bank, Random random) {
    Address from = account(random.nextInt(6));
    BigInteger value =
        random.nextInt(4) == 0
            ? new BigInteger(255, random)
            : BigInteger.valueOf(random.nextInt(1_000));
    return transfer(
        from,
        account(random.nextInt(6)),
        bank.account(from).nonce() + (random.nextInt(8) == 0 ? 1 : 0),
        value);
  }

  private SignedTransfer transfer(Address from, Address to, long nonce, long value) {
    return transfer(from, to, nonce, BigInteger.valueOf(value));
  }

  private SignedTransfer transfer(Address from, Address to, long nonce, BigInteger value) {
    return new SignedTransfer(
        ByteString.copyFromUtf8("hash " + hashes++), 0, from, to, BigInteger.valueOf(nonce), value);
  }

  private static Ledger ledgerOf(Map<Address, Long> balances) {
    Map<Address, BigInteger> genesis = new HashMap<>();
    balances.forEach((address, balance) -> genesis.put(address, BigInteger.valueOf(balance)));
    return new Ledger(ChainId.of(7), new Genesis(genesis), 100);
  }

  private static Address account(int number) {
    byte[] bytes = new byte[Address.BYTES];
    bytes[Address.BYTES - 1] = (byte) (number + 1);
    return new Address(ByteString.copyFrom(bytes));
  }

  private static XtId id(String name) {
    return XtId.ofEncoded(ByteString.copyFromUtf8(name));
  }

  private static void applyPlain(Ledger ledger, SignedTransfer transfer) {
    ledger.reserve(transfer);
    ledger.applyReserved();
  }
}
