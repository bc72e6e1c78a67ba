package io.rollcall.sequencer.execution.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rollcall.sequencer.testing.Wallet;
import java.math.BigInteger;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GenesisTests {

  private static final String ALICE = Wallet.number(1).address().toString();
  private static final String BOB = Wallet.number(2).address().toString();

  @Test
  void readsBalancesInWei() {
    assertThat(Genesis.parse(Map.of(ALICE, "1000000000000000000000")).balances())
        .containsExactly(
            Map.entry(Wallet.number(1).address(), new BigInteger("1000000000000000000000")));
    assertThat(Genesis.parse(Map.of(ALICE.substring(2), "0")).balances()).hasSize(1);
  }

  @Test
  void namesTheEntryThatIsWrong() {
    assertThatThrownBy(() -> Genesis.parse(Map.of("0x12", "1"))).hasMessageContaining("'0x12'");
    assertThatThrownBy(() -> Genesis.parse(Map.of(ALICE, "1.5")))
        .hasMessageContaining(ALICE)
        .hasMessageContaining("decimal number of wei");
    assertThatThrownBy(() -> Genesis.parse(Map.of(ALICE, "-1"))).hasMessageContaining("'-1'");
    assertThatThrownBy(() -> Genesis.parse(Map.of(ALICE, "1", ALICE.substring(2), "1")))
        .hasMessageContaining("given twice");
  }

  @Test
  void refusesMoreMoneyThanABalanceCanHold() {
    String half = BigInteger.ONE.shiftLeft(255).toString();
    assertThatThrownBy(() -> Genesis.parse(Map.of(ALICE, half, BOB, half)))
        .hasMessageContaining("2^256");
  }
}
