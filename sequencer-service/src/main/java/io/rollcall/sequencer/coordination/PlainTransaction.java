package io.rollcall.sequencer.coordination;

import com.google.protobuf.ByteString;

/**
 * A transaction of the own chain alone whose form and signature are right. What it does is for the
 * execution that made it.
 */
public interface PlainTransaction {

  /** Signed, as Ethereum encodes it. */
  ByteString raw();

  /** Its hash, 32 bytes. */
  ByteString hash();
}
