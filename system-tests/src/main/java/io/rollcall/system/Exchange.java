package io.rollcall.system;

import java.math.BigInteger;

/**
 * The XT of the demo and the tests: Alice pays Bob on the first rollup, and Bob pays Alice on the
 * second.
 *
 * @param alpha the first rollup
 * @param beta the second
 * @param alice pays on the first
 * @param bob pays on the second
 */
record Exchange(Rollup alpha, Rollup beta, Wallet alice, Wallet bob) {

  /** The JSON of the XT, with everybody's next nonce. */
  String xt(long onAlpha, long onBeta) {
    return """
    {"transactions":[{"chainId":"%d","transactions":["%s"]},{"chainId":"%d","transactions":["%s"]}]}\
    """
        .formatted(
            alpha.chainId(),
            alice.transfer(alpha.chainId(), alpha.nonce(alice), bob, onAlpha),
            beta.chainId(),
            bob.transfer(beta.chainId(), beta.nonce(bob), alice, onBeta));
  }

  /** What everybody has now, on both rollups. */
  Balances balances() {
    return new Balances(
        alpha.balance(alice), alpha.balance(bob), beta.balance(alice), beta.balance(bob));
  }

  /** Everybody's money. */
  record Balances(
      BigInteger aliceOnAlpha,
      BigInteger bobOnAlpha,
      BigInteger aliceOnBeta,
      BigInteger bobOnBeta) {

    /** The same after the exchange of these amounts. */
    Balances after(long onAlpha, long onBeta) {
      BigInteger toBob = BigInteger.valueOf(onAlpha);
      BigInteger toAlice = BigInteger.valueOf(onBeta);
      return new Balances(
          aliceOnAlpha.subtract(toBob),
          bobOnAlpha.add(toBob),
          aliceOnBeta.add(toAlice),
          bobOnBeta.subtract(toAlice));
    }
  }
}
