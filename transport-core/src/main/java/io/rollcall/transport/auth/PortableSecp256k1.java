package io.rollcall.transport.auth;

import java.math.BigInteger;
import java.util.Optional;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.math.ec.ECAlgorithms;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.util.Arrays;
import org.bouncycastle.util.BigIntegers;
import org.web3j.crypto.ECKeyPair;
import org.web3j.crypto.Sign;

/** Java alone, so it runs anywhere. */
final class PortableSecp256k1 implements Secp256k1Provider {

  private static final X9ECParameters CURVE = Sign.CURVE_PARAMS;
  private static final BigInteger ORDER = CURVE.getN();
  private static final BigInteger FIELD = CURVE.getCurve().getField().getCharacteristic();

  /** What web3j, like Ethereum, adds to a recovery id. */
  private static final int ETHEREUM_V_OFFSET = 27;

  @Override
  public String name() {
    return "portable";
  }

  @Override
  public Signature sign(byte[] hash, byte[] secret, PublicKey publicKey) {
    ECKeyPair key = ECKeyPair.create(new BigInteger(1, secret));
    Sign.SignatureData signed = Sign.signMessage(hash, key, false);
    return Signature.of(
        Arrays.concatenate(signed.getR(), signed.getS()), signed.getV()[0] - ETHEREUM_V_OFFSET);
  }

  /** SEC 1, section 4.1.6: Q = (s R - e G) / r. */
  @Override
  public Optional<PublicKey> recover(byte[] hash, Signature signature) {
    BigInteger r = new BigInteger(1, signature.r());
    BigInteger s = new BigInteger(1, signature.s());
    if (!isScalar(r) || !isScalar(s)) {
      return Optional.empty();
    }
    // Recovery ids 2 and 3: the x of R was larger than the order, and r is what is left of it.
    BigInteger x = (signature.recoveryId() & 2) == 0 ? r : r.add(ORDER);
    if (x.compareTo(FIELD) >= 0) {
      return Optional.empty();
    }
    return pointAt(x, (signature.recoveryId() & 1) != 0)
        .map(point -> {
          BigInteger inverse = BigIntegers.modOddInverse(ORDER, r);
          BigInteger e = new BigInteger(1, hash);
          return ECAlgorithms.sumOfTwoMultiplies(
              CURVE.getG(),
              e.negate().multiply(inverse).mod(ORDER),
              point,
              s.multiply(inverse).mod(ORDER));
        })
        .filter(key -> !key.isInfinity())
        .map(PublicKey::ofPoint);
  }

  private static boolean isScalar(BigInteger number) {
    return number.signum() > 0 && number.compareTo(ORDER) < 0;
  }

  private static Optional<ECPoint> pointAt(BigInteger x, boolean odd) {
    byte[] encoded =
        Arrays.prepend(
            BigIntegers.asUnsignedByteArray(PublicKey.COMPRESSED_BYTES - 1, x),
            (byte) (odd ? 3 : 2));
    try {
      return Optional.of(CURVE.getCurve().decodePoint(encoded));
    } catch (IllegalArgumentException noSuchPoint) {
      return Optional.empty();
    }
  }
}
