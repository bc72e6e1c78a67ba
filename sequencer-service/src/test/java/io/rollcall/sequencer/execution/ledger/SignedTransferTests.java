package io.rollcall.sequencer.execution.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.sequencer.coordination.Address;
import io.rollcall.sequencer.coordination.MalformedTransactionException;
import io.rollcall.sequencer.coordination.TransactionRefusedException;
import io.rollcall.sequencer.testing.Wallet;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.web3j.crypto.Hash;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.Sign;
import org.web3j.crypto.TransactionEncoder;
import org.web3j.crypto.transaction.type.LegacyTransaction;
import org.web3j.rlp.RlpEncoder;
import org.web3j.rlp.RlpList;
import org.web3j.rlp.RlpString;
import org.web3j.rlp.RlpType;
import org.web3j.utils.Numeric;

class SignedTransferTests {

  private static final long CHAIN = 55_555;
  private static final ChainId CHAIN_ID = ChainId.of(CHAIN);
  private static final BigInteger GAS = BigInteger.valueOf(21_000);
  private final Wallet alice = Wallet.number(1);
  private final Address bob = Wallet.number(2).address();

  @Test
  void readsTheExampleOfEip155() {
    // The worked example in EIP-155 itself: chain 1, key 0x46..46.
    ByteString raw =
        bytes(
            "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080"
                + "25a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d899"
                + "7f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83");

    SignedTransfer transfer = SignedTransfer.decode(raw, ChainId.of(1));

    assertThat(transfer.from()).hasToString("0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f");
    assertThat(transfer.to()).hasToString("0x3535353535353535353535353535353535353535");
    assertThat(transfer.nonce()).isEqualTo(9);
    assertThat(transfer.value()).isEqualTo(new BigInteger("1000000000000000000"));
    assertThat(transfer.type()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 127, 128, 255, 256, 65_535, Long.MAX_VALUE})
  void readsWhatWeb3jSignsInBothForms(long number) {
    for (ByteString raw :
        List.of(
            alice.legacy(CHAIN, number, bob, number),
            alice.dynamicFee(CHAIN, number, bob, number))) {
      SignedTransfer transfer = SignedTransfer.decode(raw, CHAIN_ID);

      assertThat(transfer.from()).isEqualTo(alice.address());
      assertThat(transfer.to()).isEqualTo(bob);
      assertThat(transfer.nonce()).isEqualTo(number);
      assertThat(transfer.value()).isEqualTo(number);
      assertThat(transfer.hash()).isEqualTo(ByteString.copyFrom(Hash.sha3(raw.toByteArray())));
    }
  }

  @Test
  void findsTheSignerOfManyKeys() {
    for (int key = 1; key <= 40; key++) {
      Wallet wallet = Wallet.number(key);
      assertThat(SignedTransfer.decode(wallet.legacy(CHAIN, key, bob, 1), CHAIN_ID).from())
          .isEqualTo(wallet.address());
    }
  }

  @Test
  void refusesAnotherChainsTransactionOfEitherType() {
    for (ByteString raw :
        List.of(alice.legacy(66_666, 0, bob, 1), alice.dynamicFee(66_666, 0, bob, 1))) {
      refused(raw, "the transaction is for chain 66666, expected chain 55555");
    }
  }

  @Test
  void refusesATransactionOlderThanEip155() {
    refused(alice.signWithoutChain(transfer(GAS)), "no chain id");
  }

  @Test
  void refusesHighS() {
    RawTransaction transaction = transfer(GAS);
    Sign.SignatureData low =
        Sign.signMessage(TransactionEncoder.encode(transaction, CHAIN), alice.keys());
    BigInteger highS = Sign.CURVE_PARAMS.getN().subtract(new BigInteger(1, low.getS()));
    BigInteger v = BigInteger.valueOf(CHAIN * 2 + 35 + (1 - (low.getV()[0] - 27)));
    Sign.SignatureData high =
        new Sign.SignatureData(v.toByteArray(), low.getR(), Numeric.toBytesPadded(highS, 32));

    refused(encodeLegacy(transaction, high), "high s");
  }

  @Test
  void refusesASignatureOutOfRange() {
    BigInteger v = BigInteger.valueOf(CHAIN * 2 + 35);
    byte[] order = Numeric.toBytesPadded(Sign.CURVE_PARAMS.getN(), 32);
    refused(
        encodeLegacy(transfer(GAS), new Sign.SignatureData(v.toByteArray(), order, new byte[] {1})),
        "bad signature: r or s is out of range");
  }

  @Test
  void refusesASignatureThatFitsNoKey() {
    // x = 5 is on no point of the curve.
    BigInteger v = BigInteger.valueOf(CHAIN * 2 + 35);
    refused(
        encodeLegacy(
            transfer(GAS), new Sign.SignatureData(v.toByteArray(), new byte[] {5}, new byte[] {1})),
        "bad signature: no key fits it");
  }

  @Test
  void refusesDataContractsAndTooLittleGas() {
    refused(
        alice.sign(
            RawTransaction.createTransaction(
                BigInteger.ZERO, BigInteger.ZERO, GAS, bob.toString(), BigInteger.ONE, "c0ffee"),
            CHAIN),
        "3 bytes of data");
    refused(
        alice.sign(
            RawTransaction.createTransaction(
                BigInteger.ZERO, BigInteger.ZERO, GAS, "", BigInteger.ONE, ""),
            CHAIN),
        "creates a contract");
    refused(
        alice.sign(transfer(BigInteger.valueOf(20_999)), CHAIN),
        "gas limit too low: have 20999, need 21000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"01c0", "03c0", "04c0"})
  void refusesOtherKnownTypesWithoutCallingThemMalformed(String hex) {
    refused(bytes(hex), "is not supported; expected 0 (legacy) or 2 (EIP-1559)");
    SignedTransfer.requireWellFormed(bytes(hex));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "05c0",
        "7f",
        "80",
        "deadbeef",
        "c0",
        "02",
        "02c0",
        "f8",
        "c1c0",
        "f800",
        "ffffffffffffffffff",
        "fb7fffffff00",
        "b800"
      })
  void callsGarbageMalformed(String hex) {
    assertThatThrownBy(() -> SignedTransfer.decode(bytes(hex), CHAIN_ID))
        .isInstanceOf(MalformedTransactionException.class);
    assertThatThrownBy(() -> SignedTransfer.requireWellFormed(bytes(hex)))
        .isInstanceOf(MalformedTransactionException.class);
  }

  @Test
  void refusesEveryTransactionThatIsNotCanonical() {
    byte[] good = alice.legacy(CHAIN, 0, bob, 1).toByteArray();
    byte[] longer = Arrays.copyOf(good, good.length + 1);
    malformed(ByteString.copyFrom(longer), "1 bytes too many");
    malformed(ByteString.copyFrom(good, 0, good.length - 1), "longer than the transaction");
    // A nonce of 0 belongs there as the empty string 0x80.
    byte[] zero = good.clone();
    zero[2] = 0;
    malformed(ByteString.copyFrom(zero), "nonce has a leading zero byte");
    LegacyTransaction legacy = (LegacyTransaction) transfer(GAS).getTransaction();
    List<RlpType> fields =
        new ArrayList<>(
            legacy.asRlpValues(
                new Sign.SignatureData(new byte[] {37}, new byte[] {1}, new byte[] {1})));
    fields.set(4, RlpString.create(new byte[] {0, 1}));
    malformed(
        ByteString.copyFrom(RlpEncoder.encode(new RlpList(fields))),
        "value has a leading zero byte");
  }

  @Test
  void neverThrowsAnythingButRefusalsWhateverTheBytes() {
    Random random = new Random(7);
    byte[] good = alice.dynamicFee(CHAIN, 3, bob, 5).toByteArray();
    int survivors = 0;
    for (int round = 0; round < 3_000; round++) {
      byte[] bad = good.clone();
      for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      int length = random.nextInt(4) == 0 ? random.nextInt(bad.length) : bad.length;
      try {
        SignedTransfer.decode(ByteString.copyFrom(bad, 0, length), CHAIN_ID);
        survivors++;
      } catch (TransactionRefusedException expected) {
        assertThat(expected.getMessage()).isNotBlank();
      }
    }
    // Changing the value or the recipient only changes who seems to have signed.
    assertThat(survivors).isPositive();
  }

  private RawTransaction transfer(BigInteger gas) {
    return RawTransaction.createEtherTransaction(
        BigInteger.ZERO, BigInteger.ZERO, gas, bob.toString(), BigInteger.ONE);
  }

  private static ByteString encodeLegacy(RawTransaction transaction, Sign.SignatureData signature) {
    LegacyTransaction legacy = (LegacyTransaction) transaction.getTransaction();
    return ByteString.copyFrom(RlpEncoder.encode(new RlpList(legacy.asRlpValues(signature))));
  }

  private static void refused(ByteString raw, String reason) {
    assertThatThrownBy(() -> SignedTransfer.decode(raw, CHAIN_ID))
        .isExactlyInstanceOf(TransactionRefusedException.class)
        .hasMessageContaining(reason);
  }

  private static void malformed(ByteString raw, String reason) {
    assertThatThrownBy(() -> SignedTransfer.decode(raw, CHAIN_ID))
        .isInstanceOf(MalformedTransactionException.class)
        .hasMessageContaining(reason);
  }

  private static ByteString bytes(String hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }
}
