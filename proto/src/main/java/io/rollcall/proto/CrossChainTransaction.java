package io.rollcall.proto;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.WireFormat;
import io.rollcall.proto.v1.Message;
import io.rollcall.proto.v1.TransactionRequest;
import io.rollcall.proto.v1.XTRequest;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A request that is an XT: canonical bytes, known fields only, at least one entry, and for each
 * entry a minimal chain id and a transaction. Only such a request may be relayed, because every
 * peer must compute the same id from it: parsers differ in how they re-encode anything else.
 *
 * @param id SHA-256 of {@code encoded}
 * @param encoded the bytes as they came, and as they are relayed
 * @param request the same, parsed
 * @param chains the participants, ascending, each once, however many entries name it
 */
public record CrossChainTransaction(
    XtId id, ByteString encoded, XTRequest request, List<ChainId> chains) {

  /**
   * Checks a request's bytes.
   *
   * @throws InvalidXtException when they are no XT; its message says why
   */
  public static CrossChainTransaction parse(ByteString encoded) {
    XtId id = XtId.ofEncoded(encoded);
    try {
      return checked(id, encoded, XTRequest.parseFrom(encoded));
    } catch (InvalidProtocolBufferException malformed) {
      throw new InvalidXtException(id, "the request is not a protobuf XTRequest");
    }
  }

  /**
   * The same for bytes that were parsed already, with the message around them.
   *
   * @param parsed what came of it; parsers of messages differ from {@link #requestBytes} where a
   *     payload stands between two pieces of a request, and then it counts for nothing
   * @throws InvalidXtException when the bytes are no XT; its message says why
   */
  public static CrossChainTransaction parse(ByteString encoded, XTRequest parsed) {
    return parsed.toByteString().equals(encoded)
        ? canonical(XtId.ofEncoded(encoded), encoded, parsed)
        : parse(encoded);
  }

  /** An XT made here, from a request that this program will encode. */
  public static CrossChainTransaction of(XTRequest request) {
    ByteString encoded = request.toByteString();
    return canonical(XtId.ofEncoded(encoded), encoded, request);
  }

  /**
   * The bytes of the {@code xt_request} field of an encoded {@code Message}, as they came. Where
   * the field stands more than once the pieces are joined, and another payload in between makes
   * those before it count for nothing: so parsers of other languages do it.
   *
   * @throws IllegalArgumentException when the bytes are no protobuf message
   */
  public static ByteString requestBytes(ByteString encodedMessage) {
    ByteString found = ByteString.EMPTY;
    try {
      CodedInputStream input = encodedMessage.newCodedInput();
      input.enableAliasing(true);
      for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
        if (tag == XT_REQUEST_TAG) {
          ByteString piece = input.readBytes();
          found = found.isEmpty() ? piece : found.concat(piece);
        } else {
          if (OTHER_PAYLOADS.contains(tag)) {
            found = ByteString.EMPTY;
          }
          // As generated parsers do it: they take overlong varints that skipField refuses.
          var _ = UnknownFieldSet.newBuilder().mergeFieldFrom(tag, input);
        }
      }
      return found;
    } catch (IOException malformed) {
      throw new IllegalArgumentException("not a protobuf message", malformed);
    }
  }

  private static final int XT_REQUEST_TAG = payloadTag(Message.XT_REQUEST_FIELD_NUMBER);

  /** The tags of what may stand in the place of a request; with another type they mean nothing. */
  private static final Set<Integer> OTHER_PAYLOADS =
      Arrays.stream(Message.PayloadCase.values())
          .map(payload -> payloadTag(payload.getNumber()))
          .filter(tag -> tag != XT_REQUEST_TAG)
          .collect(Collectors.toUnmodifiableSet());

  private static int payloadTag(int field) {
    return (field << 3) | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }

  private static CrossChainTransaction checked(XtId id, ByteString encoded, XTRequest request) {
    CrossChainTransaction xt = canonical(id, encoded, request);
    if (!request.toByteString().equals(encoded)) {
      throw new InvalidXtException(id, "the request is not canonically encoded");
    }
    return xt;
  }

  /** All checks but that of the bytes. */
  private static CrossChainTransaction canonical(XtId id, ByteString encoded, XTRequest request) {
    if (request.getTransactionsCount() == 0) {
      throw new InvalidXtException(id, "the request has no entry");
    }
    boolean unknownFields = !request.getUnknownFields().asMap().isEmpty();
    TreeSet<ChainId> chains = new TreeSet<>();
    for (int i = 0; i < request.getTransactionsCount(); i++) {
      TransactionRequest entry = request.getTransactions(i);
      unknownFields |= !entry.getUnknownFields().asMap().isEmpty();
      try {
        chains.add(new ChainId(entry.getChainId()));
      } catch (IllegalArgumentException badChain) {
        throw new InvalidXtException(id, "entry " + (i + 1) + ": " + badChain.getMessage());
      }
      if (entry.getTransactionCount() == 0) {
        throw new InvalidXtException(id, "entry " + (i + 1) + " has no transaction");
      }
    }
    if (unknownFields) {
      throw new InvalidXtException(id, "the request has unknown fields");
    }
    return new CrossChainTransaction(id, encoded, request, List.copyOf(chains));
  }
}
