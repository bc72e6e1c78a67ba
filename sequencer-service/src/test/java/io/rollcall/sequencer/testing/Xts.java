package io.rollcall.sequencer.testing;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.v1.TransactionRequest;
import io.rollcall.proto.v1.XTRequest;
import java.util.List;

/** Builds XTs. */
public final class Xts {

  private Xts() {}

  /** One entry. */
  public static TransactionRequest entry(long chain, ByteString... transactions) {
    return TransactionRequest.newBuilder()
        .setChainId(ChainId.of(chain).bytes())
        .addAllTransaction(List.of(transactions))
        .build();
  }

  /** An XT of these entries. */
  public static CrossChainTransaction xt(TransactionRequest... entries) {
    return CrossChainTransaction.of(
        XTRequest.newBuilder().addAllTransactions(List.of(entries)).build());
  }
}
