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
import io.rollcall.scp.SequencerRecord;
import io.rollcall.scp.StageResult;
import io.rollcall.scp.VotingRights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** One sequencer: its machine, its coordinator, its execution and its client. */
final class SimulatedSequencer extends Client {

  private final World world;
  private final Judge judge;
  private final ChainId chain;
  private final boolean bound;
  private final Supplier<SequencerMachine> machines;
  private final Ledger ledger;
  private final Consumer<XtId> refused;
  private final Execution execution;
  private final Loop loop;
  private SequencerMachine machine;
  private final Set<CrossChainTransaction> sentBefore = new LinkedHashSet<>();

  SimulatedSequencer(
      World world,
      Judge judge,
      SimulatedPublisher publisher,
      ChainId chain,
      boolean bound,
      Supplier<SequencerMachine> machines,
      Ledger ledger,
      Consumer<XtId> refused) {
    super(world, judge, publisher, "sequencer-" + chain);
    this.world = world;
    this.judge = judge;
    this.chain = chain;
    this.bound = bound;
    this.machines = machines;
    this.machine = machines.get();
    this.ledger = ledger;
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

  /** A user whose sequencer is away comes again. */
  void submit(CrossChainTransaction xt) {
    if (loop.isRunning()) {
      loop.enqueue(new SequencerInput.Submitted(xt));
    } else {
      world.after(world.millis(200, 1_000), () -> submit(xt));
    }
  }

  /** Its process begins; it dials once it has recovered. */
  void start() {
    loop.start();
  }

  /** Ends just there, in the next batch that writes something. */
  void crashAt(Coordinator.Gap gap, int deliveries, long nanos) {
    loop.crashAt(gap, deliveries, () -> crashFor(nanos));
  }

  /** Ends where it stands, and comes back after a while. */
  void crashFor(long nanos) {
    if (!loop.isRunning()) {
      return;
    }
    world.count(Happening.SEQUENCER_CRASHED);
    loop.crash();
    execution.crash();
    vanish();
    world.after(nanos, this::start);
  }

  @Override
  boolean isUp() {
    return loop.isRunning();
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

  private final class Loop extends Coordinator<SequencerInput, SequencerEffect, SequencerRecord> {

    Loop() {
      super(world, name());
    }

    /** As the service does it: what the projection holds, then the rows behind it. */
    @Override
    List<SequencerEffect> recover(long now) {
      machine = machines.get();
      List<List<SequencerRecord>> rows = disk().rows();
      int projected = disk().projected();
      Map<XtId, List<SequencerRecord>> open = new LinkedHashMap<>();
      List<XtId> applied = new ArrayList<>();
      long last = 0;
      ledger.begin();
      for (List<SequencerRecord> row : rows.subList(0, projected)) {
        for (SequencerRecord entry : row) {
          redo(entry, applied);
          last = project(entry, open, last);
        }
      }
      for (List<SequencerRecord> entries : open.values()) {
        entries.forEach(entry -> machine.step(new SequencerInput.Replayed(entry), now));
      }
      for (List<SequencerRecord> row : rows.subList(projected, rows.size())) {
        for (SequencerRecord entry : row) {
          redo(entry, applied);
          machine.step(new SequencerInput.Replayed(entry), now);
        }
      }
      judge.restored(chain, applied);
      machine.step(archived(), now);
      world.note(() -> name() + " recovers: " + rows.size() + " rows, projected " + projected);
      return machine.step(new SequencerInput.Recovered(last), now);
    }

    private long project(SequencerRecord entry, Map<XtId, List<SequencerRecord>> open, long last) {
      switch (entry) {
        case SequencerRecord.Submitted submitted ->
            open.computeIfAbsent(submitted.xt().id(), any -> new ArrayList<>()).add(entry);
        case SequencerRecord.Voted voted ->
            open.computeIfAbsent(voted.xt().id(), any -> new ArrayList<>()).add(entry);
        case SequencerRecord.SubmissionRefused refused ->
            open.getOrDefault(refused.id(), new ArrayList<>())
                .removeIf(kept -> kept instanceof SequencerRecord.Submitted);
        case SequencerRecord.Decided decided -> {
          open.remove(decided.outcome().id());
          return decided.number();
        }
      }
      return last;
    }

    private void redo(SequencerRecord entry, List<XtId> applied) {
      if (entry instanceof SequencerRecord.Voted voted && voted.yes()) {
        StageResult result = ledger.stage(voted.xt());
        if (!(result instanceof StageResult.Ready)) {
          throw new Violation(
              voted.xt().id(), name() + " cannot stage again what it voted yes on: " + result);
        }
      } else if (entry instanceof SequencerRecord.Decided decided) {
        XtId id = decided.outcome().id();
        if (decided.outcome().applied()) {
          ledger.apply(id);
          applied.add(id);
        } else if (ledger.isStaged(id)) {
          ledger.discard(id);
        }
      }
    }

    @Override
    void up() {
      dial();
    }

    @Override
    SequencerInput archived() {
      long last = 0;
      for (List<SequencerRecord> row : disk().rows().subList(0, disk().projected())) {
        for (SequencerRecord entry : row) {
          if (entry instanceof SequencerRecord.Decided decided) {
            last = decided.number();
          }
        }
      }
      return new SequencerInput.Archived(last);
    }

    @Override
    List<SequencerInput> recalledFor(SequencerInput input) {
      XtId id =
          switch (input) {
            case SequencerInput.Submitted(CrossChainTransaction xt) -> xt.id();
            case SequencerInput.StartReceived(CrossChainTransaction xt) -> xt.id();
            case SequencerInput.DecisionReceived decision -> decision.id();
            default -> null;
          };
      if (id == null || machine.knows(id)) {
        return List.of();
      }
      for (List<SequencerRecord> row : disk().rows().subList(0, disk().projected())) {
        for (SequencerRecord entry : row) {
          if (entry instanceof SequencerRecord.Decided decided
              && decided.outcome().id().equals(id)) {
            return List.of(new SequencerInput.Recalled(decided.outcome()));
          }
        }
      }
      return List.of();
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
    SequencerRecord recordOf(SequencerEffect append) {
      return ((SequencerEffect.Append) append).record();
    }

    @Override
    void appended(SequencerRecord entry) {
      world.note(() -> name() + " wrote " + entry);
      judge.written(chain, entry);
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
        case SequencerEffect.SendVote vote when delivers() -> {
          judge.voting(chain, vote.id(), vote.yes());
          toPublisher(connection ->
              new PublisherInput.Voted(connection, chain, vote.id(), vote.yes(), vote.reason()));
        }
        case SequencerEffect.SendSubmission submission when delivers() -> {
          if (!sentBefore.add(submission.xt())) {
            world.count(Happening.SUBMISSION_REPEATED);
          }
          toPublisher(connection -> new PublisherInput.Submitted(connection, submission.xt()));
        }
        case SequencerEffect.Observed observed -> observe(observed.fact());
        case SequencerEffect.SendVote vote -> {
          // The process has ended before.
        }
        case SequencerEffect.SendSubmission submission -> {
          // The process has ended before.
        }
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
        case SequencerFact.Restored restored ->
            world.count(
                restored.record() instanceof SequencerRecord.Submitted
                    ? Happening.SUBMISSION_RESTORED
                    : Happening.YES_RESTORED);
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
