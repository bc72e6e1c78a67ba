package io.rollcall.sequencer.rpc;

import io.rollcall.sequencer.coordination.TransactionReceipt;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A receipt as Ethereum's JSON-RPC writes it; its field names are fixed there. */
record ReceiptDocument(
    String transactionHash,
    String transactionIndex,
    String blockNumber,
    String blockHash,
    String from,
    String to,
    String type,
    String gasUsed,
    String cumulativeGasUsed,
    String effectiveGasPrice,
    String status,
    @Nullable String contractAddress,
    List<String> logs,
    String logsBloom) {

  private static final String NO_LOGS_BLOOM = "0x" + "0".repeat(512);

  static ReceiptDocument of(TransactionReceipt receipt) {
    return new ReceiptDocument(
        Quantities.data(receipt.transactionHash()),
        Quantities.quantity(receipt.transactionIndex()),
        Quantities.quantity(receipt.blockNumber()),
        Quantities.data(receipt.blockHash()),
        receipt.from().toString(),
        receipt.to().toString(),
        Quantities.quantity(receipt.type()),
        Quantities.quantity(receipt.gasUsed()),
        Quantities.quantity(receipt.cumulativeGasUsed()),
        Quantities.quantity(0),
        Quantities.quantity(1),
        null,
        List.of(),
        NO_LOGS_BLOOM);
  }
}
