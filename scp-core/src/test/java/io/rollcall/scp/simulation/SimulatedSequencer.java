package io.rollcall.scp.simulation;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.scp.Peer;
import io.rollcall.scp.PublisherInput;
import io.rollcall.scp.PublisherMessage;
import io.rollcall.scp.SequencerEffect;
import io.rollcall.scp.SequencerFact;
import io.rollcall.scp.SequencerInput;
import io.rollcall.scp.VotingRights;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** One sequencer: its machine, its coordinator, its execution and its client. */
final class SimulatedSequencer extends Client {

  private final World world;
  private final Judge judge;
  private final ChainId chain;
  private final boolean bound;
  private final SequencerMachine machine;
  private final Consumer<XtId> refused;
  private final Execution execution;
  private final Loop loop;
  private final Set<CrossChainTransaction> sentBefore = new LinkedHashSet<>();

  SimulatedSequencer(
      World world,
      Judge judge,
      SimulatedPublisher publisher,
      ChainId chain,
      boolean bound,
      SequencerMachine machine,
      Ledger ledger,
      Consumer<XtId> refused) {
    super(world, judge, publisher, "sequencer-" + chain);
    this.world = world;
    this.judge = judge;
    this.chain = chain;
    this.bound = bound;
    this.machine = machine;
    this.refused = refused;
    this.loop = new Loop();
    this.execution =
        new Execution(
            world,
            judge,
            chain,
            ledger,
            (id, result) -> loop.enqueue(new SequencerInput.Staged(id, result)));
  }

  ChainId chain() {
    return chain;
  }

  Execution execution() {
    return execution;
  }

  int undecided() {
    return machine.undecided();
  }

  void submit(CrossChainTransaction xt) {
    loop.enqueue(new SequencerInput.Submitted(xt));
  }

  void fallSilent(long nanos) {
    world.count(Happening.SEQUENCER_SILENT);
    world.note(() -> name() + " is silent for " + nanos / 1_000_000 + " ms");
    loop.pauseUntil(world.now() + nanos);
  }

  @Override
  Peer peer(String connectionId) {
    return bound
        ? new Peer(connectionId, name(), name(), VotingRights.bound(List.of(chain)))
        : new Peer(connectionId, connectionId, "unauthenticated", VotingRights.unbound());
  }

  @Override
  void connected() {
    loop.enqueue(new SequencerInput.Connected());
  }

  @Override
  void disconnected() {
    loop.enqueue(new SequencerInput.Disconnected());
  }

  @Override
  void received(PublisherMessage message) {
    loop.enqueue(
        switch (message) {
          case PublisherMessage.Start start -> new SequencerInput.StartReceived(start.xt());
          case PublisherMessage.Decision decision ->
              new SequencerInput.DecisionReceived(
                  decision.id(), decision.commit(), decision.reason(), decision.refused());
        });
  }

  private final class Loop extends Coordinator<SequencerInput, SequencerEffect> {

    Loop() {
      super(world);
    }

    @Override
    List<SequencerEffect> step(SequencerInput input, long now) {
      return machine.step(input, now);
    }

    @Override
    OptionalLong nextDeadline() {
      return machine.nextDeadlineNanos();
    }

    @Override
    boolean isAppend(SequencerEffect effect) {
      return effect instanceof SequencerEffect.Append;
    }

    @Override
    void appended(SequencerEffect effect) {
      world.note(() -> name() + " wrote " + effect);
      if (effect instanceof SequencerEffect.Append append) {
        judge.written(chain, append.record());
      }
    }

    @Override
    void carryOut(SequencerEffect effect) {
      switch (effect) {
        case SequencerEffect.Append append ->
            throw new IllegalStateException("not for here " + append);
        case SequencerEffect.Stage stage -> execution.stage(stage.xt());
        case SequencerEffect.Apply apply -> execution.apply(apply.id());
        case SequencerEffect.Discard discard -> {
          judge.discarding(chain, discard.id());
          execution.discard(discard.id());
        }
        case SequencerEffect.SendVote vote -> {
          judge.voting(chain, vote.id(), vote.yes());
          toPublisher(connection ->
              new PublisherInput.Voted(connection, chain, vote.id(), vote.yes(), vote.reason()));
        }
        case SequencerEffect.SendSubmission submission -> {
          if (!sentBefore.add(submission.xt())) {
            world.count(Happening.SUBMISSION_REPEATED);
          }
          toPublisher(connection -> new PublisherInput.Submitted(connection, submission.xt()));
        }
        case SequencerEffect.Observed observed -> observe(observed.fact());
      }
    }

    private void toPublisher(Function<String, PublisherInput> message) {
      Link link = link();
      if (link != null) {
        link.toPublisher(message.apply(link.id()));
      }
    }

    private void observe(SequencerFact fact) {
      world.note(() -> name() + ": " + fact);
      switch (fact) {
        case SequencerFact.VoteSent vote when vote.repeated() ->
            world.count(Happening.VOTE_REPEATED);
        case SequencerFact.XtInDoubt doubt -> world.count(Happening.IN_DOUBT_FOR_A_WHILE);
        case SequencerFact.CommitWithoutVote commit ->
            throw new Violation(commit.id(), name() + " heard a commit it did not vote yes on");
        case SequencerFact.Finished finished -> judge.finished(chain, finished.outcome());
        case SequencerFact.SubmissionRefused refusal -> refused.accept(refusal.id());
        case SequencerFact.Ignored ignored when ignored.why().equals("staged too late") ->
            world.count(Happening.STAGED_TOO_LATE);
        default -> {}
      }
    }

    @Override
    SequencerInput synced() {
      return new SequencerInput.Synced();
    }

    @Override
    SequencerInput tick() {
      return new SequencerInput.Tick();
    }
  }
}
