package io.rollcall.sequencer.execution.ledger;

import com.google.protobuf.ByteString;
import io.rollcall.sequencer.coordination.Address;
import io.rollcall.sequencer.coordination.LedgerState;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.web3j.crypto.Hash;

/**
 * The balances a ledger begins with. Their sum is below 2^256, so no transfer can ever overflow.
 *
 * @param balances wei by address
 */
public record Genesis(Map<Address, BigInteger> balances) {

  private static final int WORD_BITS = 256;

  /**
   * Checks every balance and the sum.
   *
   * @throws IllegalArgumentException when one is negative or the sum too large
   */
  public Genesis {
    balances = Map.copyOf(balances);
    BigInteger sum = BigInteger.ZERO;
    for (Map.Entry<Address, BigInteger> entry : balances.entrySet()) {
      if (entry.getValue().signum() < 0) {
        throw new IllegalArgumentException(
            "balance of " + entry.getKey() + " is negative: " + entry.getValue());
      }
      sum = sum.add(entry.getValue());
    }
    if (sum.bitLength() > WORD_BITS) {
      throw new IllegalArgumentException("the balances add up to 2^256 wei or more");
    }
  }

  /**
   * Reads what stands in a configuration.
   *
   * @param wei decimal numbers by address; {@code 0x} may be missing from an address
   * @throws IllegalArgumentException which entry is wrong, and what was expected
   */
  public static Genesis parse(Map<String, String> wei) {
    Map<Address, BigInteger> balances = new LinkedHashMap<>();
    wei.forEach((address, balance) -> {
      Address account = Address.parse(address.startsWith("0x") ? address : "0x" + address);
      if (!balance.strip().matches("[0-9]{1,78}")) {
        throw new IllegalArgumentException(
            "balance of " + account + " is '" + balance + "', expected a decimal number of wei");
      }
      if (balances.put(account, new BigInteger(balance.strip())) != null) {
        throw new IllegalArgumentException(account + " is given twice");
      }
    });
    return new Genesis(balances);
  }

  /** The ledger before the first block. */
  public LedgerState state() {
    Map<Address, LedgerState.AccountState> accounts = new LinkedHashMap<>();
    balances.forEach(
        (address, balance) -> accounts.put(address, new LedgerState.AccountState(balance, 0)));
    return new LedgerState(0, accounts, List.of());
  }

  /**
   * Names these balances: SHA-256 over their lines {@code address=wei}, in the order of addresses.
   */
  public ByteString hash() {
    String lines =
        balances.entrySet().stream()
            .filter(entry -> entry.getValue().signum() != 0)
            .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
            .sorted()
            .collect(Collectors.joining());
    return ByteString.copyFrom(Hash.sha256(lines.getBytes(StandardCharsets.UTF_8)));
  }
}
