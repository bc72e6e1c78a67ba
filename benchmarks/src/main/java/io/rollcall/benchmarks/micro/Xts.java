package io.rollcall.benchmarks.micro;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.v1.TransactionRequest;
import io.rollcall.proto.v1.XTRequest;
import java.nio.ByteBuffer;

/** XTs over two chains. */
final class Xts {

  static final ChainId FIRST = ChainId.of(55_555);
  static final ChainId SECOND = ChainId.of(55_556);

  private static final int TRANSACTION_BYTES = 120;

  private Xts() {}

  /** No two of different numbers are the same. */
  static XTRequest request(long number) {
    ByteString transaction =
        ByteString.copyFrom(ByteBuffer.allocate(TRANSACTION_BYTES).putLong(number).array());
    return XTRequest.newBuilder()
        .addTransactions(
            TransactionRequest.newBuilder().setChainId(FIRST.bytes()).addTransaction(transaction))
        .addTransactions(
            TransactionRequest.newBuilder().setChainId(SECOND.bytes()).addTransaction(transaction))
        .build();
  }

  /** So many of them. */
  static CrossChainTransaction[] array(int count) {
    CrossChainTransaction[] xts = new CrossChainTransaction[count];
    for (int i = 0; i < count; i++) {
      xts[i] = CrossChainTransaction.of(request(i));
    }
    return xts;
  }
}
