package io.rollcall.publisher.testing;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.TransactionRequest;
import io.rollcall.proto.v1.Vote;
import io.rollcall.proto.v1.XTRequest;

/** XTs and messages about them. */
public final class Xts {

  /** A chain. */
  public static final ChainId A = ChainId.of(55555);

  /** Another chain. */
  public static final ChainId B = ChainId.of(77777);

  private Xts() {}

  /** An XT on A and B that differs from others by its content. */
  public static CrossChainTransaction xt(String content) {
    return xt(content, A, B);
  }

  /** An XT on these chains. */
  public static CrossChainTransaction xt(String content, ChainId... chains) {
    XTRequest.Builder request = XTRequest.newBuilder();
    for (ChainId chain : chains) {
      request.addTransactions(
          TransactionRequest.newBuilder()
              .setChainId(chain.bytes())
              .addTransaction(ByteString.copyFromUtf8(content)));
    }
    return CrossChainTransaction.of(request.build());
  }

  /** A submission of it. */
  public static Message request(CrossChainTransaction xt) {
    return Message.newBuilder().setSenderId("test").setXtRequest(xt.request()).build();
  }

  /** A vote on it. */
  public static Message vote(CrossChainTransaction xt, ChainId chain, boolean yes, String reason) {
    return Message.newBuilder()
        .setSenderId("test")
        .setVote(
            Vote.newBuilder()
                .setSenderChainId(chain.bytes())
                .setXtId(xt.id().toMessage())
                .setVote(yes)
                .setReason(reason))
        .build();
  }
}
