package io.rollcall.sequencer.rpc;

/** An error as JSON-RPC tells it. */
final class RpcException extends RuntimeException {

  static final int PARSE_ERROR = -32700;
  static final int INVALID_REQUEST = -32600;
  static final int METHOD_NOT_FOUND = -32601;
  static final int INVALID_PARAMS = -32602;
  static final int INTERNAL_ERROR = -32603;

  /** The call was understood and refused; the message says why. */
  static final int REFUSED = -32000;

  private final int code;

  RpcException(int code, String message) {
    super(message);
    this.code = code;
  }

  static RpcException invalidParams(String message) {
    return new RpcException(INVALID_PARAMS, message);
  }

  int code() {
    return code;
  }
}
