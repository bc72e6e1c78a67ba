package io.rollcall.scp.simulation;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.v1.TransactionRequest;
import io.rollcall.proto.v1.XTRequest;
import java.util.ArrayList;
import java.util.List;

/** XTs that move money between chains, in a form that the simulated ledgers can read. */
final class Transfers {

  private Transfers() {}

  /** What one chain's entry does to one account. */
  record Change(String account, long amount) {}

  /** The first chain pays {@code amount} to each of the others. */
  static CrossChainTransaction xt(
      int number, List<ChainId> chains, List<String> accounts, long amount) {
    XTRequest.Builder request = XTRequest.newBuilder();
    for (int i = 0; i < chains.size(); i++) {
      long change = i == 0 ? -amount * (chains.size() - 1) : amount;
      request.addTransactions(
          TransactionRequest.newBuilder()
              .setChainId(chains.get(i).bytes())
              .addTransaction(
                  ByteString.copyFromUtf8(accounts.get(i) + ":" + change + ":" + number)));
    }
    return CrossChainTransaction.of(request.build());
  }

  static List<Change> changes(CrossChainTransaction xt, ChainId chain) {
    List<Change> changes = new ArrayList<>();
    for (TransactionRequest entry : xt.request().getTransactionsList()) {
      if (entry.getChainId().equals(chain.bytes())) {
        for (ByteString transaction : entry.getTransactionList()) {
          List<String> parts = List.of(transaction.toStringUtf8().split(":", -1));
          changes.add(new Change(parts.get(0), Long.parseLong(parts.get(1))));
        }
      }
    }
    return changes;
  }

  static long sum(List<Change> changes) {
    return changes.stream().mapToLong(Change::amount).sum();
  }
}
