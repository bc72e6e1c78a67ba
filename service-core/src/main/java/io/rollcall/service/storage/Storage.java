package io.rollcall.service.storage;

import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A service's durable state: its log, and the projection that is made from it. Opening it locks it,
 * brings its schemas up to date, and refuses two that do not belong together.
 */
public final class Storage implements AutoCloseable {

  private interface Lookup {
    @Nullable Row at(long sequence) throws StorageException;
  }

  private final RowLog log;
  private final Projection projection;
  private final RowPosition projected;
  private final Asking asking;
  private final ArchivedIds archivedIds;
  private volatile @Nullable Projector<?> projector;

  private Storage(RowLog log, Projection projection, RowPosition projected) {
    this.log = log;
    this.projection = projection;
    this.projected = projected;
    this.asking =
        new Asking(
            projection.readers(), projection.source().isRemote(), projection.source().place());
    this.archivedIds = new ArchivedIds(asking);
  }

  /**
   * Opens what is there, or makes it. On the start-up thread.
   *
   * @throws StorageException when it is in use, cannot be written, is damaged, belongs to something
   *     else, or was written by a newer version
   */
  public static Storage open(StorageSettings settings, StorageKind kind) throws StorageException {
    if (settings.sqlite()) {
      SqliteRowLog log = SqliteRowLog.open(settings.file(), kind);
      return open(
          log,
          log.identity(),
          log::at,
          new Projection.InSqlite(settings.projectionFile(), kind),
          kind);
    }
    PostgresConnections connections = new PostgresConnections(settings, kind);
    PostgresRowLog log = PostgresRowLog.open(connections, kind);
    return open(log, log.identity(), log::at, new Projection.InPostgres(connections), kind);
  }

  private static Storage open(
      RowLog log,
      UUID identity,
      Lookup lookup,
      Projection.ProjectionSource source,
      StorageKind kind)
      throws StorageException {
    Projection projection = null;
    try {
      projection = Projection.open(source, kind);
      RowPosition projected = projection.position(identity);
      requireSuccession(log, lookup, source.place(), projected);
      return new Storage(log, projection, projected);
    } catch (StorageException | RuntimeException failed) {
      if (projection != null) {
        projection.close();
      }
      log.close();
      throw failed;
    }
  }

  /** The rows of the log have to begin where the projection ends, or before. */
  private static void requireSuccession(
      RowLog log, Lookup lookup, String place, RowPosition projected) throws StorageException {
    long last = log.last().sequence();
    if (projected.sequence() > last) {
      throw new StorageException(
          "%s has lost rows: it ends at row %d, and the projection %s has seen row %d"
              .formatted(log.description(), last, place, projected.sequence()));
    }
    if (projected.sequence() + 1 < log.firstSequence()) {
      throw new StorageException(
          ("the projection %s ends at row %d, and %s begins with row %d: what stood between is"
                  + " only in a projection that is gone; restore it from a backup")
              .formatted(place, projected.sequence(), log.description(), log.firstSequence()));
    }
    if (projected.sequence() >= log.firstSequence()) {
      Row row = lookup.at(projected.sequence());
      if (row == null || !row.position().equals(projected)) {
        throw new StorageException(
            "row %d of %s is not the one that the projection %s has seen"
                .formatted(projected.sequence(), log.description(), place));
      }
    }
  }

  /** The log. */
  public RowLog log() {
    return log;
  }

  /**
   * The one who fills the projection; once.
   *
   * @throws StorageException when the tables refuse what is there
   */
  public <B> Projector<B> projector(ProjectionTables<B> tables) throws StorageException {
    Projector<B> made = new Projector<>(projection, tables, projected);
    projector = made;
    made.prepare();
    return made;
  }

  /** Whom to ask about what is in the projection. */
  public Asking asking() {
    return asking;
  }

  /** Which ids may be in the projection; nobody has begun to read them. */
  public ArchivedIds archivedIds() {
    return archivedIds;
  }

  /** Whether nothing has to be waited for now: the log, an answer, room at the projector. */
  public boolean isWritable() {
    Projector<?> filled = projector;
    return log.isWritable() && asking.fault().isEmpty() && (filled == null || !filled.isFull());
  }

  /** What is wrong now, in one sentence; empty while nothing is. */
  public Optional<String> fault() {
    Projector<?> filled = projector;
    return log.fault()
        .or(asking::fault)
        .or(() -> filled == null ? Optional.empty() : filled.fault());
  }

  /** Lets go of everything, once the projector has brought in what waits. */
  @Override
  public void close() {
    Projector<?> filled = projector;
    if (filled != null) {
      filled.close();
    }
    archivedIds.close();
    projection.close();
    log.close();
  }
}
