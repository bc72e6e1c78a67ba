package io.rollcall.scp.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The single writer around a machine, as the services have it: takes what waits, asks the archive
 * about what the machine does not know, steps the machine, appends and syncs once, carries out the
 * rest, steps the acknowledgement of the sync. It can crash anywhere, and starts again from its
 * disk.
 *
 * @param <I> inputs
 * @param <E> effects
 * @param <R> records
 */
abstract class Coordinator<I, E, R> {

  private final World world;
  private final String name;
  private final Disk<R> disk;
  private final ArrayDeque<I> waiting = new ArrayDeque<>();
  private boolean running;
  private boolean busy;
  private long pausedUntil;
  private long alarm = Long.MAX_VALUE;

  /** How the next batch that writes something ends, if it does not end well. */
  private @Nullable Doom doom;

  /** After so many further deliveries the process ends. */
  private int deliveriesLeft = Integer.MAX_VALUE;

  private record Doom(Gap gap, int deliveries, Runnable crash) {}

  /** Where a process can end that is writing and telling. */
  enum Gap {
    IN_THE_SYNC,
    SYNCED_AND_NOT_TOLD,
    TOLD_TO_SOME
  }

  private final Life life;

  Coordinator(World world, String name) {
    this.world = world;
    this.life = new Life(world);
    this.name = name;
    this.disk = new Disk<>(world, name);
  }

  abstract List<E> step(I input, long now);

  abstract OptionalLong nextDeadline();

  abstract boolean isAppend(E effect);

  abstract R recordOf(E append);

  /** A record that is durable now. */
  abstract void appended(R entry);

  abstract void carryOut(E effect);

  abstract I synced();

  abstract I tick();

  /** What the machine has to know before this input: outcomes that it has forgotten. */
  abstract List<I> recalledFor(I input);

  /** What the archive holds by now, for the machine. */
  abstract I archived();

  /** A new machine; reads the disk into it, and returns what follows from that. */
  abstract List<E> recover(long now);

  /** Recovery is durable: others may come. */
  abstract void up();

  final Disk<R> disk() {
    return disk;
  }

  final boolean isRunning() {
    return running;
  }

  /** The process ends in the next batch that writes something, just there. */
  final void crashAt(Gap gap, int deliveries, Runnable crash) {
    doom = new Doom(gap, deliveries, crash);
  }

  /** Before each single thing that leaves this process: whether it still is there to send it. */
  final boolean delivers() {
    if (deliveriesLeft-- == 0) {
      deliveriesLeft = Integer.MAX_VALUE;
      Doom mine = doom();
      doom = null;
      if (mine != null) {
        mine.crash().run();
      }
    }
    return running;
  }

  private @Nullable Doom doom() {
    return world.faulty() ? doom : null;
  }

  final void enqueue(I input) {
    if (running) {
      waiting.add(input);
      wake();
    }
  }

  /** Nothing runs until then, while the connections stay open and inputs pile up. */
  final void pauseUntil(long time) {
    pausedUntil = Math.max(pausedUntil, time);
  }

  /** Begins from the disk. */
  final void start() {
    life.end();
    waiting.clear();
    busy = true;
    running = true;
    pausedUntil = 0;
    alarm = Long.MAX_VALUE;
    doom = null;
    deliveriesLeft = Integer.MAX_VALUE;
    settle(recover(world.now()), this::up);
  }

  /** Ends where it stands. What it was writing is on the disk, or not. */
  final void crash() {
    world.note(() -> name + " crashes");
    if (busy && running) {
      world.count(Happening.CRASHED_IN_A_BATCH);
    }
    running = false;
    life.end();
    disk.crash().forEach(this::appended);
  }

  private void wake() {
    if (!busy && !waiting.isEmpty()) {
      busy = true;
      life.after(world.micros(1, 300), this::runBatch);
    }
  }

  private void runBatch() {
    if (world.now() < pausedUntil) {
      life.after(pausedUntil - world.now(), this::runBatch);
      return;
    }
    int size = world.chance(0.8) ? waiting.size() : 1 + world.below(waiting.size());
    List<E> effects = new ArrayList<>(step(archived(), world.now()));
    for (int i = 0; i < size; i++) {
      I input = waiting.remove();
      for (I recalled : recalledFor(input)) {
        world.count(Happening.RECALLED);
        world.note(() -> name + " found in its archive: " + recalled);
        effects.addAll(step(recalled, world.now()));
      }
      effects.addAll(step(input, world.now()));
    }
    settle(effects, () -> {});
  }

  private void settle(List<E> effects, Runnable afterwards) {
    if (effects.stream().noneMatch(this::isAppend)) {
      for (E effect : effects) {
        carryOut(effect);
        if (!running) {
          return;
        }
      }
      busy = false;
      afterwards.run();
      setAlarm();
      wake();
      return;
    }
    long time = world.micros(50, 3_000);
    if (world.faulty() && world.chance(0.01)) {
      world.count(Happening.SYNC_SLOW);
      time = world.millis(100, 2_500);
    }
    List<R> row = effects.stream().filter(this::isAppend).map(this::recordOf).toList();
    disk.write(row);
    Doom mine = doom();
    if (mine != null && mine.gap() == Gap.IN_THE_SYNC) {
      doom = null;
      life.after(time / 2, mine.crash());
    }
    life.after(time, () -> synced(effects, row, afterwards));
  }

  private void synced(List<E> effects, List<R> row, Runnable afterwards) {
    disk.written();
    row.forEach(this::appended);
    Doom mine = doom();
    if (mine != null) {
      if (mine.gap() == Gap.SYNCED_AND_NOT_TOLD) {
        doom = null;
        mine.crash().run();
        return;
      }
      deliveriesLeft = mine.deliveries();
    }
    for (E effect : effects) {
      if (!isAppend(effect)) {
        carryOut(effect);
        if (!running) {
          return;
        }
      }
    }
    List<E> next = step(synced(), world.now());
    settle(next, afterwards);
  }

  private void setAlarm() {
    long deadline = nextDeadline().orElse(Long.MAX_VALUE);
    if (deadline < alarm) {
      alarm = deadline;
      life.after(Math.max(0, deadline - world.now()), () -> ring(deadline));
    }
  }

  private void ring(long time) {
    if (time == alarm) {
      alarm = Long.MAX_VALUE;
      if (nextDeadline().orElse(Long.MAX_VALUE) <= world.now()) {
        enqueue(tick());
      } else {
        setAlarm();
      }
    }
  }
}
