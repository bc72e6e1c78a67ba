package io.rollcall.sequencer.config;

import io.rollcall.sequencer.coordination.Journal;
import io.rollcall.sequencer.coordination.XtArchive;
import io.rollcall.sequencer.execution.ledger.EmbeddedLedger;
import io.rollcall.sequencer.execution.ledger.Genesis;
import io.rollcall.sequencer.storage.DurableJournal;
import io.rollcall.sequencer.storage.JdbcXtArchive;
import io.rollcall.sequencer.storage.MemoryJournal;
import io.rollcall.sequencer.storage.SequencerTables;
import io.rollcall.service.coordination.NanoClock;
import io.rollcall.service.storage.Storage;
import io.rollcall.service.storage.StorageException;
import io.rollcall.service.storage.StorageKind;
import io.rollcall.service.storage.StorageSettings;
import java.util.Optional;

/**
 * Where the journal is written and where those XTs are looked up that memory has forgotten, opened
 * together. Closed by Spring, after the coordinator has stopped.
 *
 * @param journal what is written
 * @param archive what is looked up
 */
record JournalAndArchive(Journal journal, XtArchive archive) implements AutoCloseable {

  static JournalAndArchive open(SequencerProperties properties, NanoClock clock)
      throws StorageException {
    Optional<StorageSettings> settings = properties.storage().settings();
    if (settings.isEmpty()) {
      return new JournalAndArchive(new MemoryJournal(), XtArchive.NONE);
    }
    SequencerProperties.Retention retention = properties.retention();
    Genesis genesis = Genesis.parse(properties.execution().genesis());
    Storage storage = Storage.open(settings.get(), StorageKind.SEQUENCER);
    try {
      DurableJournal journal =
          new DurableJournal(
              storage,
              new SequencerTables(
                  properties.chain(),
                  genesis.hash(),
                  genesis.state(),
                  EmbeddedLedger.DEFAULT_MAX_RECEIPTS,
                  retention.age(),
                  retention.count(),
                  retention.outcomes(),
                  clock));
      return new JournalAndArchive(
          journal, new JdbcXtArchive(journal, storage.asking(), properties.chain()));
    } catch (StorageException refused) {
      storage.close();
      throw refused;
    }
  }

  @Override
  public void close() {
    journal.close();
  }
}
