package io.rollcall.scp.simulation;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.scp.StageResult;
import java.util.ArrayDeque;
import java.util.function.BiConsumer;

/** Runs a ledger's work one piece after the other; its answers may overtake each other. */
final class Execution {

  private record Work(long nanos, Runnable action) {}

  private final World world;
  private final Judge judge;
  private final ChainId chain;
  private final Ledger ledger;
  private final BiConsumer<XtId, StageResult> answer;
  private final ArrayDeque<Work> waiting = new ArrayDeque<>();
  private boolean busy;
  private long slowUntil;

  private final Life life;

  Execution(
      World world,
      Judge judge,
      ChainId chain,
      Ledger ledger,
      BiConsumer<XtId, StageResult> answer) {
    this.world = world;
    this.life = new Life(world);
    this.judge = judge;
    this.chain = chain;
    this.ledger = ledger;
    this.answer = answer;
  }

  void slowDown(long nanos) {
    world.count(Happening.EXECUTION_SLOW);
    world.note(() -> "chain " + chain + " runs slowly for " + nanos / 1_000_000 + " ms");
    slowUntil = world.now() + nanos;
  }

  void stage(CrossChainTransaction xt) {
    long time = world.now() < slowUntil ? world.millis(300, 3_000) : world.micros(100, 15_000);
    enqueue(time, () -> answer(xt.id(), result(xt)));
  }

  /** At once, as the coordinator waits for it. */
  void apply(XtId id) {
    ledger.apply(id);
    judge.applied(chain, id);
  }

  void discard(XtId id) {
    ledger.discard(id);
  }

  /** The process ends: nothing that was asked for is answered. */
  void crash() {
    life.end();
    waiting.clear();
    busy = false;
    slowUntil = 0;
  }

  private StageResult result(CrossChainTransaction xt) {
    if (world.faulty() && world.chance(0.05)) {
      world.count(Happening.EXECUTION_REFUSED);
      return new StageResult.Refused("refused by chance");
    }
    StageResult result = ledger.stage(xt);
    if (result instanceof StageResult.Busy) {
      world.count(Happening.EXECUTION_BUSY);
    }
    return result;
  }

  private void answer(XtId id, StageResult result) {
    world.note(() -> "chain " + chain + " staged " + id + ": " + result);
    life.after(world.micros(10, 3_000), () -> answer.accept(id, result));
  }

  private void enqueue(long nanos, Runnable action) {
    waiting.add(new Work(nanos, action));
    next();
  }

  private void next() {
    if (!busy && !waiting.isEmpty()) {
      busy = true;
      Work work = waiting.remove();
      life.after(
          work.nanos,
          () -> {
            work.action.run();
            busy = false;
            next();
          });
    }
  }
}
