package io.rollcall.sequencer.coordination;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import java.math.BigInteger;
import java.util.Optional;

/**
 * The own rollup as its users see it: what is applied, nothing that is staged. Safe for any thread;
 * no call waits for an XT.
 */
public interface RollupNode {

  /** The chain's number. */
  ChainId chainId();

  /** The number of the newest block; 0 for the genesis alone. */
  long blockNumber();

  /** What an account holds, in wei. */
  BigInteger balance(Address address);

  /** What an account held before the first block, in wei. */
  BigInteger genesisBalance(Address address);

  /** How many transactions an account has sent: the nonce of its next one. */
  long transactionCount(Address address);

  /** The receipt of a transaction that was applied, while it is kept. */
  Optional<TransactionReceipt> receipt(ByteString transactionHash);

  /** The hash of an encoded transaction of any chain: Keccak-256 of its bytes. */
  ByteString transactionHash(ByteString raw);

  /**
   * Looks only at the form: whether these bytes are an Ethereum transaction, whatever it says.
   *
   * @throws MalformedTransactionException when they are not
   */
  void requireWellFormed(ByteString raw);
}
