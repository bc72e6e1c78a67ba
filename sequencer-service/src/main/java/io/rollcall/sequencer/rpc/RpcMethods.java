package io.rollcall.sequencer.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.InvalidXtException;
import io.rollcall.proto.XtId;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.TransactionRequest;
import io.rollcall.sequencer.api.XtDocument;
import io.rollcall.sequencer.coordination.Address;
import io.rollcall.sequencer.coordination.MalformedTransactionException;
import io.rollcall.sequencer.coordination.RollupNode;
import io.rollcall.sequencer.coordination.SubmissionDesk;
import io.rollcall.sequencer.coordination.SubmissionUnavailableException;
import io.rollcall.sequencer.coordination.TransactionRefusedException;
import io.rollcall.sequencer.coordination.XtProjection;
import io.rollcall.sequencer.coordination.XtTooLargeException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What can be called, by name. Safe for any thread. */
final class RpcMethods {

  private static final long TRANSFER_GAS = 21_000;

  private final SubmissionDesk desk;
  private final XtProjection projection;
  private final RollupNode rollup;
  private final Map<String, RpcMethod> byName;

  RpcMethods(SubmissionDesk desk, XtProjection projection, RollupNode rollup) {
    this.desk = desk;
    this.projection = projection;
    this.rollup = rollup;
    this.byName =
        Map.ofEntries(
            Map.entry("eth_sendXTransaction", this::sendXTransaction),
            Map.entry("rollcall_sendXt", this::sendXt),
            Map.entry("rollcall_getXt", this::getXt),
            Map.entry("eth_chainId", params -> constant(params, chainIdQuantity())),
            Map.entry("net_version", params -> constant(params, this.rollup.chainId().toString())),
            Map.entry("eth_gasPrice", params -> constant(params, Quantities.quantity(0))),
            Map.entry("eth_estimateGas", RpcMethods::estimateGas),
            Map.entry("eth_blockNumber", this::blockNumber),
            Map.entry("eth_getBalance", this::balance),
            Map.entry("eth_getTransactionCount", this::transactionCount),
            Map.entry("eth_getTransactionReceipt", this::receipt),
            Map.entry("eth_sendRawTransaction", this::sendRawTransaction));
  }

  Optional<RpcMethod> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  private Object sendXTransaction(RpcParams params) {
    return hashes(submit(params));
  }

  private Object sendXt(RpcParams params) {
    CrossChainTransaction xt = submit(params);
    return Map.of("id", xt.id().hex(), "hashes", hashes(xt));
  }

  private CrossChainTransaction submit(RpcParams params) {
    params.requireCount(1, 1);
    try {
      CrossChainTransaction xt = parse(params.bytes(0));
      desk.submit(xt);
      return xt;
    } catch (InvalidXtException | MalformedTransactionException | XtTooLargeException wrong) {
      throw RpcException.invalidParams("parameter 1: " + wrong.getMessage());
    } catch (SubmissionUnavailableException unavailable) {
      throw new RpcException(RpcException.REFUSED, String.valueOf(unavailable.getMessage()));
    }
  }

  /** What was encoded in some other way is encoded again here, canonically. */
  private static CrossChainTransaction parse(ByteString encodedMessage) {
    Message message;
    try {
      message = Message.parseFrom(encodedMessage);
    } catch (InvalidProtocolBufferException malformed) {
      throw RpcException.invalidParams("parameter 1 is no encoded rollup.v1.Message");
    }
    if (!message.hasXtRequest()) {
      throw RpcException.invalidParams(
          "parameter 1 is a Message of "
              + message.getPayloadCase().name().toLowerCase(Locale.ROOT)
              + ", expected xt_request");
    }
    return CrossChainTransaction.of(message.getXtRequest());
  }

  private List<String> hashes(CrossChainTransaction xt) {
    return xt.request().getTransactionsList().stream()
        .map(TransactionRequest::getTransactionList)
        .flatMap(List::stream)
        .map(rollup::transactionHash)
        .map(Quantities::data)
        .toList();
  }

  private @Nullable Object getXt(RpcParams params) {
    params.requireCount(1, 1);
    XtId id;
    try {
      id = XtId.parse(params.string(0));
    } catch (IllegalArgumentException wrong) {
      throw RpcException.invalidParams("parameter 1: " + wrong.getMessage());
    }
    return projection.find(id).map(XtDocument::of).orElse(null);
  }

  private static Object constant(RpcParams params, String value) {
    params.requireCount(0, 0);
    return value;
  }

  private String chainIdQuantity() {
    return Quantities.quantity(rollup.chainId().number());
  }

  private static Object estimateGas(RpcParams params) {
    params.requireCount(1, 2);
    return Quantities.quantity(TRANSFER_GAS);
  }

  private Object blockNumber(RpcParams params) {
    return constant(params, Quantities.quantity(rollup.blockNumber()));
  }

  private Object balance(RpcParams params) {
    params.requireCount(1, 2);
    Address address = params.address(0);
    return Quantities.quantity(
        params.isGenesis(1, rollup.blockNumber())
            ? rollup.genesisBalance(address)
            : rollup.balance(address));
  }

  private Object transactionCount(RpcParams params) {
    params.requireCount(1, 2);
    Address address = params.address(0);
    return Quantities.quantity(
        params.isGenesis(1, rollup.blockNumber()) ? 0 : rollup.transactionCount(address));
  }

  private @Nullable Object receipt(RpcParams params) {
    params.requireCount(1, 1);
    return rollup.receipt(params.hash(0)).map(ReceiptDocument::of).orElse(null);
  }

  private Object sendRawTransaction(RpcParams params) {
    params.requireCount(1, 1);
    try {
      return Quantities.data(desk.submitPlain(params.bytes(0)));
    } catch (MalformedTransactionException malformed) {
      throw RpcException.invalidParams("parameter 1: " + malformed.getMessage());
    } catch (TransactionRefusedException | SubmissionUnavailableException refused) {
      throw new RpcException(RpcException.REFUSED, String.valueOf(refused.getMessage()));
    }
  }
}
