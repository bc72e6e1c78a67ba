package io.rollcall.sequencer.execution.ledger;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.sequencer.coordination.Address;
import io.rollcall.sequencer.coordination.MalformedTransactionException;
import io.rollcall.sequencer.coordination.TransactionRefusedException;
import java.math.BigInteger;
import java.security.SignatureException;
import org.web3j.crypto.Hash;
import org.web3j.crypto.Sign;

/**
 * A transfer of value whose sender is proven. Made from bytes only, and only from those that the
 * ledger's rules allow; what depends on accounts is not judged here.
 *
 * @param hash Keccak-256 of the encoded transaction
 * @param type 0 (legacy with EIP-155) or 2 (EIP-1559)
 * @param from who signed it
 * @param to who receives
 * @param nonce the sender's number for it, below 2^64
 * @param value wei, below 2^256
 */
record SignedTransfer(
    ByteString hash, int type, Address from, Address to, BigInteger nonce, BigInteger value) {

  private static final int EIP_1559 = 2;
  private static final int WORD = 32;
  private static final int LEGACY_V_WITH_CHAIN = 35;
  private static final int ELECTRUM_V = 27;
  private static final BigInteger GAS = BigInteger.valueOf(Ledger.GAS_PER_TRANSFER);
  private static final BigInteger CURVE_ORDER = Sign.CURVE_PARAMS.getN();
  private static final BigInteger HALF_ORDER = CURVE_ORDER.shiftRight(1);

  /**
   * Reads and checks an encoded transaction.
   *
   * @throws MalformedTransactionException when the bytes are no Ethereum transaction
   * @throws TransactionRefusedException when they are one that the ledger does not run
   */
  static SignedTransfer decode(ByteString encoded, ChainId chain) {
    return Fields.read(encoded).checked(chain);
  }

  /**
   * Looks at the form alone.
   *
   * @throws MalformedTransactionException when the bytes are no Ethereum transaction
   */
  static void requireWellFormed(ByteString encoded) {
    if (encoded.isEmpty() || !isOtherType(encoded)) {
      Fields.read(encoded);
    }
  }

  /** Access list, blob and authorization-list transactions: known to Ethereum, not run here. */
  private static boolean isOtherType(ByteString bytes) {
    int first = bytes.byteAt(0);
    return first == 1 || first == 3 || first == 4;
  }

  /** The fields as they stand in the bytes. */
  private record Fields(
      ByteString encoded,
      int type,
      BigInteger chainOrV,
      BigInteger nonce,
      BigInteger gasTip,
      BigInteger gasPrice,
      BigInteger gas,
      ByteString to,
      BigInteger value,
      ByteString data,
      boolean accessList,
      BigInteger parity,
      BigInteger r,
      BigInteger s,
      int signedFrom,
      int signedTo) {

    static Fields read(ByteString encoded) {
      if (encoded.isEmpty()) {
        throw new MalformedTransactionException("not an Ethereum transaction: it is empty");
      }
      int first = encoded.byteAt(0) & 0xff;
      if (first >= 0xc0) {
        return readLegacy(encoded);
      }
      if (first == EIP_1559) {
        return readDynamicFee(encoded);
      }
      if (isOtherType(encoded)) {
        throw new TransactionRefusedException(
            "transaction type " + first + " is not supported; expected 0 (legacy) or 2 (EIP-1559)");
      }
      if (first < 0x80) {
        throw new MalformedTransactionException(
            "unknown transaction type " + first + "; expected 0 (legacy) or 2 (EIP-1559)");
      }
      throw new MalformedTransactionException(
          String.format("not an Ethereum transaction: it starts with 0x%02x", first));
    }

    private static Fields readLegacy(ByteString encoded) {
      RlpReader list = whole(encoded, 0);
      int signedFrom = list.position();
      BigInteger nonce = list.number("nonce", Long.BYTES);
      BigInteger gasPrice = list.number("gas price", WORD);
      BigInteger gas = list.number("gas limit", Long.BYTES);
      ByteString to = recipient(list);
      BigInteger value = list.number("value", WORD);
      ByteString data = list.string("data");
      int signedTo = list.position();
      // chain * 2 + 36 is a bit longer than the chain id.
      BigInteger v = list.number("v", WORD + 1);
      BigInteger r = list.number("r", WORD);
      BigInteger s = list.number("s", WORD);
      list.requireEnd("the list of fields");
      return new Fields(
          encoded,
          0,
          v,
          nonce,
          BigInteger.ZERO,
          gasPrice,
          gas,
          to,
          value,
          data,
          false,
          v,
          r,
          s,
          signedFrom,
          signedTo);
    }

    private static Fields readDynamicFee(ByteString encoded) {
      RlpReader list = whole(encoded, 1);
      int signedFrom = list.position();
      BigInteger chain = list.number("chain id", WORD);
      BigInteger nonce = list.number("nonce", Long.BYTES);
      BigInteger gasTip = list.number("priority fee", WORD);
      BigInteger gasPrice = list.number("max fee", WORD);
      BigInteger gas = list.number("gas limit", Long.BYTES);
      ByteString to = recipient(list);
      BigInteger value = list.number("value", WORD);
      ByteString data = list.string("data");
      boolean accessList = !list.list("access list").atEnd();
      int signedTo = list.position();
      BigInteger parity = list.number("signature parity", 1);
      BigInteger r = list.number("r", WORD);
      BigInteger s = list.number("s", WORD);
      list.requireEnd("the list of fields");
      return new Fields(
          encoded,
          EIP_1559,
          chain,
          nonce,
          gasTip,
          gasPrice,
          gas,
          to,
          value,
          data,
          accessList,
          parity,
          r,
          s,
          signedFrom,
          signedTo);
    }

    private static RlpReader whole(ByteString encoded, int from) {
      RlpReader outside = new RlpReader(encoded, from, encoded.size());
      RlpReader list = outside.list("the list of fields");
      outside.requireEnd("the transaction");
      return list;
    }

    private static ByteString recipient(RlpReader list) {
      ByteString to = list.string("recipient");
      if (!to.isEmpty() && to.size() != Address.BYTES) {
        throw new MalformedTransactionException(
            "not an Ethereum transaction: recipient has "
                + to.size()
                + " bytes, expected "
                + Address.BYTES);
      }
      return to;
    }

    SignedTransfer checked(ChainId chain) {
      int recoveryId = requireChain(chain);
      requireTransfer();
      Address from = signer(recoveryId, chain);
      return new SignedTransfer(
          ByteString.copyFrom(Hash.sha3(encoded.toByteArray())),
          type,
          from,
          new Address(to),
          nonce,
          value);
    }

    /** Checks the chain id, and finds the recovery id that stands beside it. */
    private int requireChain(ChainId chain) {
      BigInteger named = chainOrV;
      BigInteger recovery = parity;
      if (type == 0) {
        if (isElectrumV()) {
          throw new TransactionRefusedException(
              "the transaction has no chain id (it is older than EIP-155); expected chain "
                  + chain);
        }
        BigInteger v = chainOrV.subtract(BigInteger.valueOf(LEGACY_V_WITH_CHAIN));
        if (v.signum() < 0) {
          throw new TransactionRefusedException(
              "bad signature: v is " + chainOrV + ", expected 35 or more");
        }
        named = v.shiftRight(1);
        recovery = v.and(BigInteger.ONE);
      }
      if (!named.equals(chain.number())) {
        throw new TransactionRefusedException(
            "the transaction is for chain " + named + ", expected chain " + chain);
      }
      if (recovery.bitLength() > 1) {
        throw new TransactionRefusedException(
            "bad signature: parity is " + recovery + ", expected 0 or 1");
      }
      return recovery.intValue();
    }

    private boolean isElectrumV() {
      return chainOrV.bitLength() < Byte.SIZE
          && (chainOrV.intValue() == ELECTRUM_V || chainOrV.intValue() == ELECTRUM_V + 1);
    }

    private void requireTransfer() {
      if (to.isEmpty()) {
        throw new TransactionRefusedException(
            "the transaction creates a contract; this ledger runs transfers only");
      }
      if (!data.isEmpty()) {
        throw new TransactionRefusedException(
            "the transaction has "
                + data.size()
                + " bytes of data; this ledger runs transfers only");
      }
      if (accessList) {
        throw new TransactionRefusedException(
            "the transaction has an access list; this ledger runs transfers only");
      }
      if (gas.compareTo(GAS) < 0) {
        throw new TransactionRefusedException("gas limit too low: have " + gas + ", need " + GAS);
      }
      if (gasTip.compareTo(gasPrice) > 0) {
        throw new TransactionRefusedException(
            "the priority fee is higher than the max fee of " + gasPrice);
      }
    }

    private Address signer(int recoveryId, ChainId chain) {
      if (r.signum() == 0 || s.signum() == 0 || r.compareTo(CURVE_ORDER) >= 0) {
        throw new TransactionRefusedException("bad signature: r or s is out of range");
      }
      if (s.compareTo(HALF_ORDER) > 0) {
        throw new TransactionRefusedException(
            "bad signature: s is in the upper half (high s), expected the lower");
      }
      Sign.SignatureData signature =
          new Sign.SignatureData((byte) (ELECTRUM_V + recoveryId), word(r), word(s));
      try {
        BigInteger key = Sign.signedMessageHashToKey(Hash.sha3(signedBytes(chain)), signature);
        byte[] point = key.toByteArray();
        byte[] xy = new byte[2 * WORD];
        int length = Math.min(point.length, xy.length);
        System.arraycopy(point, point.length - length, xy, xy.length - length, length);
        return new Address(ByteString.copyFrom(Hash.sha3(xy), WORD - Address.BYTES, Address.BYTES));
      } catch (SignatureException | RuntimeException noKey) {
        throw new TransactionRefusedException("bad signature: no key fits it");
      }
    }

    /** What was signed: the fields before the signature, for a legacy transaction and the chain. */
    private byte[] signedBytes(ChainId chain) {
      ByteString fields = encoded.substring(signedFrom, signedTo);
      if (type == 0) {
        return RlpWriter.list(
                fields.concat(RlpWriter.string(chain.bytes())).concat(RlpWriter.TWO_ZEROS))
            .toByteArray();
      }
      return ByteString.copyFrom(new byte[] {EIP_1559})
          .concat(RlpWriter.list(fields))
          .toByteArray();
    }

    private static byte[] word(BigInteger value) {
      byte[] bytes = value.toByteArray();
      byte[] word = new byte[WORD];
      int length = Math.min(bytes.length, WORD);
      System.arraycopy(bytes, bytes.length - length, word, WORD - length, length);
      return word;
    }
  }
}
