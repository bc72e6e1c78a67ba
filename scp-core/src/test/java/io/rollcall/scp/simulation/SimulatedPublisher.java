package io.rollcall.scp.simulation;

import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.scp.LogRecord;
import io.rollcall.scp.Peer;
import io.rollcall.scp.PublisherEffect;
import io.rollcall.scp.PublisherFact;
import io.rollcall.scp.PublisherInput;
import io.rollcall.scp.PublisherMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** The publisher: its machine, its coordinator and its end of the connections. */
final class SimulatedPublisher extends Coordinator<PublisherInput, PublisherEffect, LogRecord> {

  private final World world;
  private final Judge judge;
  private final Supplier<PublisherMachine> machines;
  private final List<Link> links = new ArrayList<>();
  private final Map<String, Link> open = new LinkedHashMap<>();
  private PublisherMachine machine;
  private boolean listening;

  SimulatedPublisher(World world, Judge judge, Supplier<PublisherMachine> machines) {
    super(world, "publisher");
    this.world = world;
    this.judge = judge;
    this.machines = machines;
    this.machine = machines.get();
  }

  /** Every connection that ever was. */
  List<Link> links() {
    return links;
  }

  boolean hasOpen(String connectionId) {
    return open.containsKey(connectionId);
  }

  int undecided() {
    return machine.undecided();
  }

  /** Whether it listens. */
  boolean opened(Link link, Peer peer) {
    if (!listening) {
      return false;
    }
    open.put(link.id(), link);
    enqueue(new PublisherInput.Opened(peer));
    return true;
  }

  void received(String connectionId, PublisherInput input) {
    if (open.containsKey(connectionId)) {
      enqueue(input);
    }
  }

  void closed(String connectionId) {
    if (open.remove(connectionId) != null) {
      enqueue(new PublisherInput.Closed(connectionId));
    }
  }

  /** Ends where it stands, and comes back after a while. */
  void crashFor(long nanos) {
    if (!isRunning()) {
      return;
    }
    world.count(Happening.PUBLISHER_CRASHED);
    if (!listening) {
      world.count(Happening.CRASHED_WHILE_RECOVERING);
    }
    listening = false;
    crash();
    open.values().forEach(Link::drop);
    open.clear();
    world.after(nanos, this::start);
  }

  @Override
  List<PublisherEffect> recover(long now) {
    machine = machines.get();
    List<List<LogRecord>> rows = disk().rows();
    int trimmed = trimmed(rows);
    for (List<LogRecord> row : rows.subList(trimmed, rows.size())) {
      for (LogRecord entry : row) {
        machine.step(new PublisherInput.Replayed(entry), now);
      }
    }
    machine.step(archived(), now);
    List<PublisherEffect> effects =
        machine.step(new PublisherInput.Recovered(lastNumber(rows.size())), now);
    long aborted = effects.stream().filter(this::isAppend).count();
    world.note(() -> "publisher recovers: " + rows.size() + " rows, " + aborted + " aborted");
    for (int i = 0; i < aborted; i++) {
      world.count(Happening.ABORTED_BY_RECOVERY);
    }
    return effects;
  }

  /** Rows that the projection holds whatever happens, and that hold no start of an open XT. */
  private int trimmed(List<List<LogRecord>> rows) {
    int most = world.chance(0.5) ? disk().synced() : 0;
    Map<XtId, Integer> startedIn = new LinkedHashMap<>();
    for (int i = 0; i < rows.size(); i++) {
      for (LogRecord entry : rows.get(i)) {
        if (entry instanceof LogRecord.Started) {
          startedIn.put(entry.id(), i);
        } else {
          startedIn.remove(entry.id());
        }
      }
    }
    return startedIn.values().stream().mapToInt(row -> row).reduce(most, Math::min);
  }

  private long lastNumber(int rows) {
    long last = 0;
    for (List<LogRecord> row : disk().rows().subList(0, rows)) {
      for (LogRecord entry : row) {
        if (entry instanceof LogRecord.Decided decided) {
          last = decided.number();
        }
      }
    }
    return last;
  }

  @Override
  void up() {
    listening = true;
  }

  @Override
  PublisherInput archived() {
    return new PublisherInput.Archived(lastNumber(disk().projected()));
  }

  @Override
  List<PublisherInput> recalledFor(PublisherInput input) {
    XtId id =
        switch (input) {
          case PublisherInput.Submitted(String connection, CrossChainTransaction xt) -> xt.id();
          case PublisherInput.Malformed(String connection, XtId malformed, String reason) ->
              malformed;
          case PublisherInput.Voted vote -> vote.id();
          default -> null;
        };
    if (id == null || machine.knows(id)) {
      return List.of();
    }
    for (List<LogRecord> row : disk().rows().subList(0, disk().projected())) {
      for (LogRecord entry : row) {
        if (entry instanceof LogRecord.Decided decided && decided.id().equals(id)) {
          return List.of(
              new PublisherInput.Recalled(id, decided.outcome().commit(), decided.reason()));
        }
      }
    }
    return List.of();
  }

  @Override
  List<PublisherEffect> step(PublisherInput input, long now) {
    return machine.step(input, now);
  }

  @Override
  OptionalLong nextDeadline() {
    return machine.nextDeadlineNanos();
  }

  @Override
  boolean isAppend(PublisherEffect effect) {
    return effect instanceof PublisherEffect.Append;
  }

  @Override
  LogRecord recordOf(PublisherEffect append) {
    return ((PublisherEffect.Append) append).entry();
  }

  @Override
  void appended(LogRecord entry) {
    world.note(() -> "publisher wrote " + entry);
    judge.written(entry);
  }

  @Override
  void carryOut(PublisherEffect effect) {
    switch (effect) {
      case PublisherEffect.Append append ->
          throw new IllegalStateException("not for here " + append);
      case PublisherEffect.Send send ->
          send.connectionIds().forEach(connection -> send(connection, send.message()));
      case PublisherEffect.Resend resend ->
          resend.messages().forEach(message -> send(resend.connectionId(), message));
      case PublisherEffect.Observed observed -> observe(observed.fact());
    }
  }

  private void send(String connectionId, PublisherMessage message) {
    if (!delivers()) {
      return;
    }
    judge.announced(message);
    Link link = open.get(connectionId);
    if (link != null) {
      link.toPeer(message);
    }
  }

  private void observe(PublisherFact fact) {
    world.note(() -> "publisher: " + fact);
    if (fact instanceof PublisherFact.Refused) {
      world.count(Happening.REFUSED_BY_PUBLISHER);
    } else if (fact instanceof PublisherFact.Finished finished) {
      world.count(
          switch (finished.decision().outcome()) {
            case COMMITTED -> Happening.COMMITTED;
            case EXPIRED -> Happening.EXPIRED_IN_QUEUE;
            case ABORTED ->
                finished.timedOut() ? Happening.ABORTED_BY_TIMEOUT : Happening.ABORTED_BY_VOTE;
          });
    }
  }

  @Override
  PublisherInput synced() {
    return new PublisherInput.Synced();
  }

  @Override
  PublisherInput tick() {
    return new PublisherInput.Tick();
  }
}
