package io.rollcall.scp.simulation;

import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.scp.Peer;
import io.rollcall.scp.PublisherInput;
import io.rollcall.scp.PublisherMessage;
import io.rollcall.scp.VotingRights;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** A peer that submits at the publisher itself and repeats until it hears the outcome. */
final class DirectSubmitter extends Client {

  private final World world;
  private final boolean authenticated;
  private final Consumer<CrossChainTransaction> refused;
  private final Map<XtId, CrossChainTransaction> pending = new LinkedHashMap<>();

  DirectSubmitter(
      World world,
      Judge judge,
      SimulatedPublisher publisher,
      boolean authenticated,
      Consumer<CrossChainTransaction> refused) {
    super(world, judge, publisher, "submitter");
    this.world = world;
    this.authenticated = authenticated;
    this.refused = refused;
  }

  int undecided() {
    return pending.size();
  }

  void submit(CrossChainTransaction xt) {
    pending.put(xt.id(), xt);
    send(xt);
  }

  /** Something that is no XT; the answer is a refusal. */
  void submitNonsense(XtId id) {
    Link link = link();
    if (link != null) {
      world.count(Happening.MALFORMED);
      link.toPublisher(new PublisherInput.Malformed(link.id(), id, "the request has no entry"));
    }
  }

  private void send(CrossChainTransaction xt) {
    Link link = link();
    if (link != null) {
      link.toPublisher(new PublisherInput.Submitted(link.id(), xt));
    }
  }

  @Override
  Peer peer(String connectionId) {
    return new Peer(
        connectionId,
        connectionId,
        "unauthenticated",
        authenticated ? VotingRights.submitOnly() : VotingRights.unbound());
  }

  @Override
  void connected() {
    if (!pending.isEmpty()) {
      world.count(Happening.SUBMISSION_REPEATED);
    }
    pending.values().forEach(this::send);
  }

  @Override
  void disconnected() {
    world.note(() -> name() + " lost its connection");
  }

  @Override
  void received(PublisherMessage message) {
    if (message instanceof PublisherMessage.Decision decision) {
      CrossChainTransaction xt = pending.remove(decision.id());
      if (xt != null && decision.refused()) {
        refused.accept(xt);
      }
    }
  }
}
