package io.rollcall.service.tracing;

import com.google.protobuf.ByteString;
import java.util.Optional;

/**
 * Where in which trace something belongs: a W3C {@code traceparent} of version 00, which is 55
 * characters and no more. Immutable, any thread.
 *
 * @param traceId 32 lower-case hexadecimal digits, not all zero
 * @param spanId 16 lower-case hexadecimal digits, not all zero
 * @param sampled whether spans of this trace are recorded; the only flag that counts here
 */
public record TraceParent(String traceId, String spanId, boolean sampled) {

  private static final int TRACE_ID = 3;
  private static final int TRACE_ID_END = 35;
  private static final int SPAN_ID = 36;
  private static final int SPAN_ID_END = 52;
  private static final int FLAGS = 53;
  private static final int LENGTH = 55;

  private static final int SAMPLED = 1;

  /**
   * Reads what a peer sent, which may be anything.
   *
   * @return empty when it is no traceparent, of another version, or longer
   */
  public static Optional<TraceParent> parse(ByteString text) {
    if (text.size() != LENGTH || !hasItsShape(text)) {
      return Optional.empty();
    }
    int flags = Character.digit(text.byteAt(LENGTH - 1), 16);
    return Optional.of(
        new TraceParent(
            text.substring(TRACE_ID, TRACE_ID_END).toStringUtf8(),
            text.substring(SPAN_ID, SPAN_ID_END).toStringUtf8(),
            (flags & SAMPLED) != 0));
  }

  /** As it goes into a message. */
  public ByteString encoded() {
    return ByteString.copyFromUtf8("00-" + traceId + "-" + spanId + "-" + (sampled ? "01" : "00"));
  }

  private static boolean hasItsShape(ByteString text) {
    return text.byteAt(0) == '0'
        && text.byteAt(1) == '0'
        && text.byteAt(TRACE_ID - 1) == '-'
        && isId(text, TRACE_ID, TRACE_ID_END)
        && text.byteAt(TRACE_ID_END) == '-'
        && isId(text, SPAN_ID, SPAN_ID_END)
        && text.byteAt(SPAN_ID_END) == '-'
        && isHex(text.byteAt(FLAGS))
        && isHex(text.byteAt(FLAGS + 1));
  }

  private static boolean isId(ByteString text, int from, int to) {
    boolean zero = true;
    for (int i = from; i < to; i++) {
      byte digit = text.byteAt(i);
      if (!isHex(digit)) {
        return false;
      }
      zero &= digit == '0';
    }
    return !zero;
  }

  /** Lower case only, as the standard has it. */
  private static boolean isHex(byte digit) {
    return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f');
  }
}
