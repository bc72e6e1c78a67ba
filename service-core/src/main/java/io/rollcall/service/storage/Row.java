package io.rollcall.service.storage;

import com.google.protobuf.ByteString;

/**
 * One row of the log: what was made durable with one sync. Immutable, any thread.
 *
 * @param position where it stands
 * @param epoch which opening of the log wrote it; larger is later
 * @param batch what the service wrote, in its own encoding
 */
public record Row(RowPosition position, long epoch, ByteString batch) {

  /** Its place: 1, 2, 3 ... without a gap. */
  public long sequence() {
    return position.sequence();
  }
}
