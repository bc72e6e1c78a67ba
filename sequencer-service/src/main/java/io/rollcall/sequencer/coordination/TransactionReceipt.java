package io.rollcall.sequencer.coordination;

import com.google.protobuf.ByteString;

/**
 * That a transaction took effect. Only such have a receipt: what is refused leaves no trace.
 *
 * @param transactionHash 32 bytes
 * @param transactionIndex place within its block
 * @param blockNumber the block it is in
 * @param blockHash 32 bytes
 * @param from the sender
 * @param to the recipient
 * @param type 0 (legacy) or 2 (EIP-1559)
 * @param gasUsed by this transaction
 * @param cumulativeGasUsed by its block up to and with it
 */
public record TransactionReceipt(
    ByteString transactionHash,
    int transactionIndex,
    long blockNumber,
    ByteString blockHash,
    Address from,
    Address to,
    int type,
    long gasUsed,
    long cumulativeGasUsed) {}
