package io.rollcall.service.coordination;

import com.google.protobuf.ByteString;
import io.rollcall.proto.XtId;

/**
 * What travels with XTs beside them, so that several processes can tell one story of each. It means
 * nothing to the machines, and nothing follows from it: whatever is wrong with it, or missing, the
 * XT goes its way.
 */
public interface TraceContexts {

  /** Nobody traces: what comes is ignored, and nothing is added to a message. */
  TraceContexts NONE =
      new TraceContexts() {
        @Override
        public void arrived(XtId id, ByteString traceContext) {}

        @Override
        public ByteString of(XtId id) {
          return ByteString.EMPTY;
        }
      };

  /**
   * A peer's message about an XT came, and its input is handed to the coordinator next. Safe for
   * any thread, never waits.
   *
   * @param traceContext as it came, unchecked; empty when the message had none
   */
  void arrived(XtId id, ByteString traceContext);

  /**
   * What a message that hands this XT to a peer carries. Safe for any thread, never waits.
   *
   * @return empty for none
   */
  ByteString of(XtId id);
}
