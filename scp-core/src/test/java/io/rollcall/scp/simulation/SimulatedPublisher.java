package io.rollcall.scp.simulation;

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

/** The publisher: its machine, its coordinator and its end of the connections. */
final class SimulatedPublisher extends Coordinator<PublisherInput, PublisherEffect> {

  private final World world;
  private final Judge judge;
  private final PublisherMachine machine;
  private final List<Link> links = new ArrayList<>();
  private final Map<String, Link> open = new LinkedHashMap<>();

  SimulatedPublisher(World world, Judge judge, PublisherMachine machine) {
    super(world);
    this.world = world;
    this.judge = judge;
    this.machine = machine;
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

  void opened(Link link, Peer peer) {
    open.put(link.id(), link);
    enqueue(new PublisherInput.Opened(peer));
  }

  void received(String connectionId, PublisherInput input) {
    if (open.containsKey(connectionId)) {
      enqueue(input);
    }
  }

  void closed(String connectionId) {
    open.remove(connectionId);
    enqueue(new PublisherInput.Closed(connectionId));
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
  void appended(PublisherEffect effect) {
    if (effect instanceof PublisherEffect.Append append) {
      world.note(() -> "publisher wrote " + append.entry());
      judge.written(append.entry());
    }
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
