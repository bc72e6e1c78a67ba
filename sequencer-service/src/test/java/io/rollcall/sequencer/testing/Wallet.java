package io.rollcall.sequencer.testing;

import com.google.protobuf.ByteString;
import io.rollcall.sequencer.coordination.Address;
import java.math.BigInteger;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.ECKeyPair;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.TransactionEncoder;

/** Somebody with a key, who signs Ethereum transactions. */
public final class Wallet {

  private static final BigInteger GAS = BigInteger.valueOf(21_000);

  private final Credentials credentials;

  private Wallet(BigInteger key) {
    this.credentials = Credentials.create(ECKeyPair.create(key));
  }

  /** The same wallet for the same number. */
  public static Wallet number(long number) {
    return new Wallet(BigInteger.valueOf(number));
  }

  /** Its account. */
  public Address address() {
    return Address.parse(credentials.getAddress());
  }

  /** Its key, for signing by hand. */
  public ECKeyPair keys() {
    return credentials.getEcKeyPair();
  }

  /** A legacy transfer with EIP-155. */
  public ByteString legacy(long chain, long nonce, Address to, long value) {
    return legacy(chain, nonce, to, BigInteger.valueOf(value));
  }

  /** A legacy transfer with EIP-155. */
  public ByteString legacy(long chain, long nonce, Address to, BigInteger value) {
    return sign(
        RawTransaction.createEtherTransaction(
            BigInteger.valueOf(nonce), BigInteger.ZERO, GAS, to.toString(), value),
        chain);
  }

  /** A transfer with dynamic fee. */
  public ByteString dynamicFee(long chain, long nonce, Address to, long value) {
    return ByteString.copyFrom(
        TransactionEncoder.signMessage(
            RawTransaction.createEtherTransaction(
                chain,
                BigInteger.valueOf(nonce),
                GAS,
                to.toString(),
                BigInteger.valueOf(value),
                BigInteger.ZERO,
                BigInteger.ONE),
            credentials));
  }

  /** Signs anything with EIP-155. */
  public ByteString sign(RawTransaction transaction, long chain) {
    return ByteString.copyFrom(TransactionEncoder.signMessage(transaction, chain, credentials));
  }

  /** Signs as it was done before EIP-155. */
  public ByteString signWithoutChain(RawTransaction transaction) {
    return ByteString.copyFrom(TransactionEncoder.signMessage(transaction, credentials));
  }
}
