package io.rollcall.scp.simulation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What outlives a crash of one process: the log, one row per sync, and how far the projection has
 * come that is made from it. The projection lags behind; after a power cut it may have gone back to
 * where it was synced last, but never is ahead of the log.
 *
 * @param <R> records
 */
final class Disk<R> {

  private final World world;
  private final String name;
  private final List<List<R>> rows = new ArrayList<>();
  private @Nullable List<R> inWriting;
  private int projected;
  private int synced;

  Disk(World world, String name) {
    this.world = world;
    this.name = name;
  }

  /** From now on until {@link #written} nobody knows whether it will be there. */
  void write(List<R> row) {
    inWriting = List.copyOf(row);
  }

  /** The row that was being written is durable. */
  void written() {
    List<R> row = inWriting;
    if (row == null) {
      throw new IllegalStateException("nothing was being written");
    }
    inWriting = null;
    rows.add(row);
    if (world.chance(0.8)) {
      int position = rows.size();
      world.after(world.micros(10, 40_000), () -> projected = Math.max(projected, position));
    }
    if (world.chance(0.1)) {
      synced = projected;
    }
  }

  /**
   * The process ends where it stands.
   *
   * @return the row that was being written, if all of it got to the disk
   */
  List<R> crash() {
    List<R> row = inWriting;
    inWriting = null;
    if (world.chance(0.5)) {
      projected = synced;
    }
    if (row == null) {
      return List.of();
    }
    int fate = world.below(3);
    if (fate == 0) {
      world.count(Happening.ROW_LOST);
      world.note(() -> name + ": the row in writing never got to the disk");
      return List.of();
    }
    if (fate == 1) {
      // Its checksum is wrong, so it counts as not written.
      world.count(Happening.ROW_TORN);
      world.note(() -> name + ": the row in writing is torn");
      return List.of();
    }
    world.count(Happening.ROW_SURVIVED);
    world.note(() -> name + ": the row in writing is on the disk all the same");
    rows.add(row);
    return row;
  }

  /** How many rows the projection holds, for everybody to see. */
  int projected() {
    return projected;
  }

  /** How many rows it holds whatever happens: the log may be trimmed so far. */
  int synced() {
    return synced;
  }

  /** Every row that was ever durable. */
  List<List<R>> rows() {
    return rows;
  }
}
