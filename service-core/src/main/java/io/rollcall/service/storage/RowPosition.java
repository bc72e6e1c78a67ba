package io.rollcall.service.storage;

import com.google.protobuf.ByteString;

/**
 * A row of the log, told apart from any other that could ever stand at its place. Immutable, any
 * thread.
 *
 * @param sequence its place: 1, 2, 3 ... without a gap; 0 is the beginning, before any row
 * @param hash SHA-256 over the hash of the row before and all of the row; 32 bytes
 */
public record RowPosition(long sequence, ByteString hash) {

  /** Before the first row. */
  static final RowPosition START = new RowPosition(0, ByteString.copyFrom(new byte[32]));
}
