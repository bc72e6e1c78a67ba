package io.rollcall.scp.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The single writer around a machine, as the services have it: takes what waits, steps the machine,
 * appends and syncs once, carries out the rest, steps the acknowledgement of the sync.
 *
 * @param <I> inputs
 * @param <E> effects
 */
abstract class Coordinator<I, E> {

  private final World world;
  private final ArrayDeque<I> waiting = new ArrayDeque<>();
  private boolean busy;
  private long pausedUntil;
  private long alarm = Long.MAX_VALUE;

  Coordinator(World world) {
    this.world = world;
  }

  abstract List<E> step(I input, long now);

  abstract OptionalLong nextDeadline();

  abstract boolean isAppend(E effect);

  /** An append that is durable now. */
  abstract void appended(E effect);

  abstract void carryOut(E effect);

  abstract I synced();

  abstract I tick();

  final void enqueue(I input) {
    waiting.add(input);
    wake();
  }

  /** Nothing runs until then, while the connections stay open and inputs pile up. */
  final void pauseUntil(long time) {
    pausedUntil = Math.max(pausedUntil, time);
  }

  private void wake() {
    if (!busy && !waiting.isEmpty()) {
      busy = true;
      world.after(world.micros(1, 300), this::runBatch);
    }
  }

  private void runBatch() {
    if (world.now() < pausedUntil) {
      world.at(pausedUntil, this::runBatch);
      return;
    }
    int size = world.chance(0.8) ? waiting.size() : 1 + world.below(waiting.size());
    List<E> effects = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      effects.addAll(step(waiting.remove(), world.now()));
    }
    settle(effects);
  }

  private void settle(List<E> effects) {
    if (effects.stream().noneMatch(this::isAppend)) {
      effects.forEach(this::carryOut);
      busy = false;
      setAlarm();
      wake();
      return;
    }
    long time = world.micros(50, 3_000);
    if (world.faulty() && world.chance(0.01)) {
      world.count(Happening.SYNC_SLOW);
      time = world.millis(100, 2_500);
    }
    world.after(
        time,
        () -> {
          effects.stream().filter(this::isAppend).forEach(this::appended);
          effects.stream().filter(effect -> !isAppend(effect)).forEach(this::carryOut);
          settle(step(synced(), world.now()));
        });
  }

  private void setAlarm() {
    long deadline = nextDeadline().orElse(Long.MAX_VALUE);
    if (deadline < alarm) {
      alarm = deadline;
      world.at(deadline, () -> ring(deadline));
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
