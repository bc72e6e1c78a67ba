package io.rollcall.publisher.config;

import io.rollcall.publisher.coordination.DecisionLog;
import io.rollcall.publisher.coordination.XtArchive;
import io.rollcall.publisher.storage.DurableDecisionLog;
import io.rollcall.publisher.storage.JdbcXtArchive;
import io.rollcall.publisher.storage.MemoryDecisionLog;
import io.rollcall.publisher.storage.PublisherTables;
import io.rollcall.service.coordination.NanoClock;
import io.rollcall.service.storage.Storage;
import io.rollcall.service.storage.StorageException;
import io.rollcall.service.storage.StorageKind;
import io.rollcall.service.storage.StorageSettings;
import java.util.Optional;

/**
 * Where decisions are written and where they are looked up, opened together. Closed by Spring,
 * after the coordinator has stopped.
 *
 * @param log where they are written
 * @param archive where those are that memory has forgotten
 */
record Decisions(DecisionLog log, XtArchive archive) implements AutoCloseable {

  static Decisions open(PublisherProperties properties, NanoClock clock) throws StorageException {
    Optional<StorageSettings> settings = properties.storage().settings();
    if (settings.isEmpty()) {
      return new Decisions(new MemoryDecisionLog(), XtArchive.NONE);
    }
    PublisherProperties.Retention retention = properties.retention();
    Storage storage = Storage.open(settings.get(), StorageKind.PUBLISHER);
    try {
      DurableDecisionLog log =
          new DurableDecisionLog(
              storage,
              new PublisherTables(retention.age(), retention.count(), retention.outcomes(), clock));
      return new Decisions(log, new JdbcXtArchive(log, storage.asking()));
    } catch (StorageException refused) {
      storage.close();
      throw refused;
    }
  }

  @Override
  public void close() {
    log.close();
  }
}
