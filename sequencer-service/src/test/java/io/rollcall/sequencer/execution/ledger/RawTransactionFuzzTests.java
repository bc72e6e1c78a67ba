package io.rollcall.sequencer.execution.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.sequencer.coordination.TransactionRefusedException;
import io.rollcall.transport.testing.FuzzRuns;
import io.rollcall.transport.testing.PlainText;
import java.util.Objects;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.web3j.crypto.Hash;
import org.web3j.rlp.RlpDecoder;
import org.web3j.rlp.RlpEncoder;
import org.web3j.rlp.RlpList;

/** What a wallet, or a peer in an XT, may hand in as an Ethereum transaction. */
class RawTransactionFuzzTests {

  @RegisterExtension static final FuzzRuns RUNS = new FuzzRuns();

  private static final ChainId CHAIN = ChainId.of(1);
  private static final int MOST_TEXT = 512;

  @FuzzTest(maxDuration = "1m")
  void whatIsTakenHasOneEncodingOnly(byte[] input) {
    RUNS.one(input);
    ByteString encoded = ByteString.copyFrom(input);
    try {
      SignedTransfer transfer = SignedTransfer.decode(encoded, CHAIN);
      SignedTransfer.requireWellFormed(encoded);
      assertThat(transfer.hash()).isEqualTo(ByteString.copyFrom(Hash.sha3(input)));
      assertThat(transfer.nonce()).isNotNegative();
      assertThat(transfer.value()).isNotNegative();
      // Another reader of RLP, and a generous one, sees the same and writes the same.
      int body = transfer.type() == 0 ? 0 : 1;
      RlpList fields = RlpDecoder.decode(encoded.substring(body).toByteArray());
      assertThat(RlpEncoder.encode(fields.getValues().getFirst()))
          .isEqualTo(encoded.substring(body).toByteArray());
    } catch (TransactionRefusedException refused) {
      PlainText.requirePrintable(Objects.requireNonNull(refused.getMessage()), MOST_TEXT);
    }
  }
}
