package io.rollcall.service.storage;

import java.sql.SQLException;
import java.util.List;

/**
 * What a service keeps in its projection. Called by the projector's thread alone (at start-up, by
 * that thread), within a transaction that it must neither commit nor roll back.
 *
 * @param <B> what came of one row of the log
 */
public interface ProjectionTables<B> {

  /**
   * Once, before anything else: makes what has to be there from the beginning, and refuses what
   * belongs to something else. In a transaction of its own.
   *
   * @throws StorageException when it belongs to something else
   */
  default void prepare(Statements statements) throws SQLException, StorageException {
    // Most have nothing to prepare.
  }

  /** The memory that this takes while it waits, roughly, in bytes, at least 1. Any thread. */
  long size(B batch);

  /**
   * Takes over what came of some rows, in order.
   *
   * @param batches of which each is given exactly once, unless the transaction fails
   */
  void apply(Statements statements, List<B> batches) throws SQLException;

  /**
   * Takes away a little of what is too old, so that nobody has to wait for it.
   *
   * @return whether there is more
   */
  boolean prune(Statements statements) throws SQLException;
}
