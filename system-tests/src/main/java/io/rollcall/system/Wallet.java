package io.rollcall.system;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.Hash;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.TransactionEncoder;
import org.web3j.utils.Numeric;

/** Somebody with money: signs transfers as any Ethereum wallet does. */
final class Wallet {

  private static final BigInteger GAS = BigInteger.valueOf(21_000);

  private final String name;
  private final Credentials credentials;

  /** The wallet of a person; the same name has the same key. */
  Wallet(String name) {
    this.name = name;
    byte[] secret = Hash.sha3(("rollcall wallet " + name).getBytes(StandardCharsets.UTF_8));
    this.credentials = Credentials.create(Numeric.toHexStringNoPrefix(secret));
  }

  String name() {
    return name;
  }

  /** 0x and 40 hex digits. */
  String address() {
    return credentials.getAddress();
  }

  /** A signed legacy transfer, as 0x hex. */
  String transfer(long chainId, long nonce, Wallet to, long wei) {
    RawTransaction transaction =
        RawTransaction.createEtherTransaction(
            BigInteger.valueOf(nonce), BigInteger.ZERO, GAS, to.address(), BigInteger.valueOf(wei));
    return Numeric.toHexString(TransactionEncoder.signMessage(transaction, chainId, credentials));
  }
}
