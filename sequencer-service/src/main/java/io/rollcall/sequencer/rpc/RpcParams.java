package io.rollcall.sequencer.rpc;

import com.google.protobuf.ByteString;
import io.rollcall.sequencer.coordination.Address;
import java.math.BigInteger;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The parameters of one call, by position, with errors that name the position. */
final class RpcParams {

  private final @Nullable JsonNode params;

  /**
   * Takes what stands in a request.
   *
   * @throws RpcException when it is there and no array
   */
  RpcParams(@Nullable JsonNode params) {
    if (params != null && !params.isArray()) {
      throw RpcException.invalidParams("params is no array; parameters go by position");
    }
    this.params = params;
  }

  /** Refuses a call with too few or too many parameters. */
  void requireCount(int least, int most) {
    int count = params == null ? 0 : params.size();
    if (count < least || count > most) {
      throw RpcException.invalidParams(
          "got "
              + count
              + " parameters, expected "
              + (least == most ? least : least + " to " + most));
    }
  }

  /** Any number of bytes, as hex with or without {@code 0x}. */
  ByteString bytes(int index) {
    String text = string(index);
    int from = text.startsWith("0x") || text.startsWith("0X") ? 2 : 0;
    try {
      return ByteString.copyFrom(HexFormat.of().parseHex(text, from, text.length()));
    } catch (IllegalArgumentException wrong) {
      throw RpcException.invalidParams(
          place(index) + " is not hex; expected 0x and pairs of hex digits");
    }
  }

  /** 32 bytes. */
  ByteString hash(int index) {
    ByteString hash = bytes(index);
    if (hash.size() != 32) {
      throw RpcException.invalidParams(
          place(index) + " has " + hash.size() + " bytes, expected a hash of 32");
    }
    return hash;
  }

  /** An account. */
  Address address(int index) {
    try {
      return Address.parse(string(index));
    } catch (IllegalArgumentException wrong) {
      throw RpcException.invalidParams(place(index) + ": " + wrong.getMessage());
    }
  }

  /** Any text. */
  String string(int index) {
    JsonNode node = params == null ? null : params.get(index);
    if (node == null || !node.isString()) {
      throw RpcException.invalidParams(place(index) + " is no string");
    }
    return node.asString();
  }

  /**
   * Whether the state asked for is the genesis, rather than the newest.
   *
   * @param newest the newest block's number
   */
  boolean isGenesis(int index, long newest) {
    JsonNode node = params == null ? null : params.get(index);
    if (node == null || node.isNull()) {
      return false;
    }
    String tag = string(index);
    return switch (tag) {
      // A block is final when it is there, and there is nothing pending to see.
      case "latest", "pending", "safe", "finalized" -> false;
      case "earliest" -> true;
      default -> isGenesis(blockNumber(tag, index), newest);
    };
  }

  private static boolean isGenesis(BigInteger block, long newest) {
    if (block.signum() == 0) {
      return true;
    }
    if (!block.equals(BigInteger.valueOf(newest))) {
      throw new RpcException(
          RpcException.REFUSED,
          "the state of block "
              + block
              + " is not kept; only earliest and latest are, which is "
              + newest);
    }
    return false;
  }

  private static BigInteger blockNumber(String text, int index) {
    if (!text.matches("0x[0-9a-fA-F]{1,16}")) {
      throw RpcException.invalidParams(
          place(index) + " is no block; expected latest, pending, earliest or 0x and hex digits");
    }
    return new BigInteger(text.substring(2), 16);
  }

  private static String place(int index) {
    return "parameter " + (index + 1);
  }
}
