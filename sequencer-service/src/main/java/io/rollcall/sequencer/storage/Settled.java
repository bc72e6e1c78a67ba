package io.rollcall.sequencer.storage;

import io.rollcall.sequencer.coordination.JournalEntry;
import io.rollcall.sequencer.coordination.LedgerState;
import java.util.List;

/**
 * What came of one row of the journal.
 *
 * @param entries the row
 * @param changes what they did to the ledger
 */
record Settled(List<JournalEntry> entries, LedgerState changes) {}
