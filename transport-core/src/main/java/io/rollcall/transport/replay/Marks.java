package io.rollcall.transport.replay;

import com.google.protobuf.ByteString;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a replay file holds. Immutable as far as its map is.
 *
 * @param ofKeys the highest accepted timestamp of each key; Unix time in nanoseconds
 * @param ofAll at or below it a hello of any key may have been accepted; {@link #NONE} when the
 *     marks of the keys say all
 */
record Marks(Map<ByteString, Long> ofKeys, long ofAll) {

  /** No mark for all keys. */
  static final long NONE = Long.MIN_VALUE;

  /** At or below it a hello of this key may have been accepted. */
  OptionalLong of(ByteString key) {
    long mark = Math.max(ofAll, ofKeys.getOrDefault(key, NONE));
    return mark == NONE ? OptionalLong.empty() : OptionalLong.of(mark);
  }
}
