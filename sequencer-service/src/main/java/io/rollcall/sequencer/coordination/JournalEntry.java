package io.rollcall.sequencer.coordination;

import com.google.protobuf.ByteString;
import io.rollcall.scp.SequencerRecord;

/** One entry of the journal. Immutable, any thread. */
public sealed interface JournalEntry {

  /** What the state machine must not forget. Where it says that an XT is applied, it applies it. */
  record Machine(SequencerRecord record) implements JournalEntry {}

  /**
   * A transaction of the own chain alone took effect.
   *
   * @param raw signed, as Ethereum encodes it
   */
  record Plain(ByteString raw) implements JournalEntry {}
}
