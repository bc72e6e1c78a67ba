package io.rollcall.scp.simulation;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.scp.PublisherRules;
import io.rollcall.scp.SequencerRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One run: a publisher, two to four sequencers and a direct submitter; first XTs and faults
 * together, then no more faults, then one XT that has to commit, then rest.
 */
final class Simulation {

  private static final List<Coordinator.Gap> GAPS = List.of(Coordinator.Gap.values());

  /** The fewest XTs of a run, without the last one. */
  static final int MIN_XTS = 20;

  private static final long FAULTS_END = Duration.ofSeconds(15).toNanos();

  /**
   * Longer than anything that a fault leaves behind: the trial of a silent chain, and all that a
   * slow execution has still before it.
   */
  private static final long PROOF_AFTER = Duration.ofMinutes(2).toNanos();

  /**
   * What came of a run.
   *
   * @param xts how many different XTs were submitted
   * @param violation the broken promise, if one was
   */
  record Result(
      long seed,
      int xts,
      Map<Happening, Integer> counts,
      List<String> trace,
      @Nullable Violation violation,
      String culprit) {}

  private final World world;
  private final Judge judge;
  private final SimulatedPublisher publisher;
  private final List<ChainId> chains = new ArrayList<>();
  private final List<SimulatedSequencer> sequencers = new ArrayList<>();
  private final DirectSubmitter submitter;
  private final Map<XtId, CrossChainTransaction> xts = new LinkedHashMap<>();
  private final Map<XtId, Integer> retries = new LinkedHashMap<>();

  private Simulation(World world, Machines machines) {
    this.world = world;
    boolean authenticated = world.chance(0.6);
    int count = 2 + world.below(3);
    for (int i = 1; i <= count; i++) {
      chains.add(ChainId.of(i * 100L));
    }
    PublisherRules publisherRules = publisherRules(authenticated);
    this.judge = new Judge(world, publisherRules.maxInFlightPerChain());
    this.publisher =
        new SimulatedPublisher(world, judge, () -> machines.publisher().apply(publisherRules));
    SequencerRules rules = sequencerRules(chains.getFirst());
    world.note(() -> "publisher: " + publisherRules);
    world.note(() -> "sequencers: " + rules);
    for (ChainId chain : chains) {
      Ledger ledger = new Ledger(chain);
      judge.watch(chain, ledger);
      sequencers.add(
          new SimulatedSequencer(
              world,
              judge,
              publisher,
              chain,
              authenticated,
              () -> machines.sequencer().apply(of(chain, rules)),
              ledger,
              this::submitRefusedAgain));
    }
    this.submitter =
        new DirectSubmitter(
            world, judge, publisher, authenticated, xt -> submitRefusedAgain(xt.id()));
  }

  /** Runs a seed to its end, or to the first broken promise. */
  static Result run(long seed, Machines machines, boolean tracing) {
    World world = new World(seed, tracing);
    Simulation simulation = new Simulation(world, machines);
    Violation violation = null;
    String culprit = "";
    try {
      simulation.run();
    } catch (Violation broken) {
      violation = broken;
      XtId id = broken.id();
      culprit = id == null ? "" : world.name(id);
      String words = culprit + " " + broken.getMessage();
      world.note(() -> "==== " + words);
    }
    return new Result(
        seed, simulation.xts.size(), world.counts(), world.trace(), violation, culprit);
  }

  private void run() {
    publisher.start();
    sequencers.forEach(SimulatedSequencer::start);
    submitter.dial();
    planXts();
    planFaults();
    world.after(FAULTS_END, world::endFaults);
    CrossChainTransaction proof = proof();
    world.after(PROOF_AFTER, () -> submit(proof, world.below(sequencers.size())));
    world.run(judge::afterEachStep);
    judge.atRest();
    require(judge.committed(proof.id()), "does not commit although nothing is wrong", proof.id());
    require(publisher.undecided() == 0, "the publisher still has undecided XTs", null);
    require(submitter.undecided() == 0, "the submitter did not learn every outcome", null);
    for (SimulatedSequencer sequencer : sequencers) {
      require(sequencer.undecided() == 0, sequencer.name() + " still has open XTs", null);
    }
  }

  // ---- what this run is like

  private PublisherRules publisherRules(boolean authenticated) {
    Map<ChainId, Set<String>> bound = new LinkedHashMap<>();
    if (authenticated) {
      chains.forEach(chain -> bound.put(chain, Set.of("sequencer-" + chain)));
    }
    return PublisherRules.defaults()
        .withVoteTimeout(Duration.ofMillis(world.chance(0.5) ? 3_000 : 800))
        .withMaxInFlightPerChain(world.chance(0.4) ? 1 : 1 + world.below(8))
        .withQueue(
            new PublisherRules.Queue(
                world.chance(0.2) ? 4 : 10_000,
                1 << 20,
                Duration.ofSeconds(world.chance(0.4) ? 4 : 30),
                authenticated ? 50 : PublisherRules.Queue.WHOLE_QUEUE_PERCENT))
        .withBoundChains(bound)
        .withRememberedOutcomes(world.chance(0.5) ? 1 + world.below(4) : 1_000);
  }

  private SequencerRules sequencerRules(ChainId chain) {
    SequencerRules rules = SequencerRules.defaults(chain);
    return new SequencerRules(
        chain,
        Duration.ofMillis(world.chance(0.5) ? 2_000 : 500),
        Duration.ofSeconds(world.chance(0.5) ? 60 : 3),
        rules.submissionRepeat(),
        world.chance(0.2) ? 3 : rules.maxOpenXts(),
        rules.maxOpenBytes(),
        rules.maxSubmissions(),
        rules.maxSubmissionBytes(),
        world.chance(0.5) ? 1 + world.below(4) : rules.rememberedOutcomes());
  }

  private static SequencerRules of(ChainId chain, SequencerRules rules) {
    return new SequencerRules(
        chain,
        rules.voteDeadline(),
        rules.inDoubtAfter(),
        rules.submissionRepeat(),
        rules.maxOpenXts(),
        rules.maxOpenBytes(),
        rules.maxSubmissions(),
        rules.maxSubmissionBytes(),
        rules.rememberedOutcomes());
  }

  // ---- XTs

  private void planXts() {
    int count = MIN_XTS + world.below(15);
    boolean burst = world.chance(0.3);
    for (int number = 1; number <= count; number++) {
      CrossChainTransaction xt = randomXt(number);
      xts.put(xt.id(), xt);
      world.name(xt.id(), "xt" + number);
      world.note(() -> xt.id() + " is " + describe(xt));
      long time = burst ? world.millis(100, 2_000) : world.millis(10, 14_500);
      world.after(time, () -> submit(xt, world.below(sequencers.size() + 1)));
      if (world.chance(0.2)) {
        long again = time + world.millis(0, 3_000);
        world.after(again, () -> submitAgain(xt));
      }
    }
    if (world.chance(0.3)) {
      XtId nonsense = XtId.ofEncoded(ByteString.copyFromUtf8("nonsense"));
      world.after(world.millis(100, 14_000), () -> submitter.submitNonsense(nonsense));
    }
  }

  private CrossChainTransaction randomXt(int number) {
    List<ChainId> others = new ArrayList<>(chains);
    List<ChainId> taking = new ArrayList<>();
    List<String> accounts = new ArrayList<>();
    int size = world.chance(0.7) ? 2 : 1 + world.below(chains.size());
    while (taking.size() < size) {
      taking.add(others.remove(world.below(others.size())));
      accounts.add(Ledger.ACCOUNTS.get(world.below(Ledger.ACCOUNTS.size())));
    }
    return Transfers.xt(number, taking, accounts, 1 + world.below(30));
  }

  private static String describe(CrossChainTransaction xt) {
    return xt.chains().stream()
        .map(chain -> "chain " + chain + ": " + Transfers.changes(xt, chain))
        .collect(Collectors.joining(", "));
  }

  private CrossChainTransaction proof() {
    CrossChainTransaction xt =
        Transfers.xt(0, chains, chains.stream().map(chain -> Ledger.BANK).toList(), 1);
    xts.put(xt.id(), xt);
    world.name(xt.id(), "the last XT");
    return xt;
  }

  private void submit(CrossChainTransaction xt, int where) {
    if (where < sequencers.size()) {
      world.note(() -> "a user submits " + xt.id() + " at " + sequencers.get(where).name());
      sequencers.get(where).submit(xt);
    } else {
      world.note(() -> "the submitter submits " + xt.id());
      submitter.submit(xt);
    }
  }

  private void submitAgain(CrossChainTransaction xt) {
    world.count(Happening.SUBMITTED_AGAIN);
    submit(xt, world.below(sequencers.size() + 1));
  }

  /** Some users try again what was refused, a few times. */
  private void submitRefusedAgain(XtId id) {
    CrossChainTransaction xt = xts.get(id);
    if (xt != null && world.chance(0.7) && retries.merge(id, 1, Integer::sum) <= 3) {
      world.after(world.millis(50, 2_000), () -> submitAgain(xt));
    }
  }

  // ---- faults

  private void planFaults() {
    int count = world.below(20);
    for (int i = 0; i < count; i++) {
      long time = world.millis(50, 15_000);
      world.after(time, this::fault);
      if (world.chance(0.1)) {
        world.after(time + world.micros(1, 20_000), this::fault);
      }
    }
  }

  private void fault() {
    SimulatedSequencer sequencer = sequencers.get(world.below(sequencers.size()));
    List<Link> alive = publisher.links().stream().filter(link -> !link.isCut()).toList();
    int kind = world.below(14);
    if (kind < 5 && !alive.isEmpty()) {
      alive.get(world.below(alive.size())).cut();
    } else if (kind == 5 && !alive.isEmpty()) {
      alive.get(world.below(alive.size())).stall(world.millis(200, 6_000));
    } else if (kind == 6) {
      sequencer.execution().slowDown(world.millis(500, 4_000));
    } else if (kind == 7) {
      world.count(Happening.PUBLISHER_PAUSED);
      publisher.pauseUntil(world.now() + world.millis(50, 4_000));
    } else if (kind < 10) {
      sequencer.fallSilent(world.millis(200, 8_000));
    } else if (kind == 10) {
      publisher.crashFor(away());
    } else if (kind == 11) {
      sequencer.crashFor(away());
    } else {
      Coordinator.Gap gap = GAPS.get(world.below(GAPS.size()));
      int deliveries = 1 + world.below(3);
      long away = away();
      if (kind == 12) {
        publisher.crashAt(gap, deliveries, () -> publisher.crashFor(away));
      } else {
        sequencer.crashAt(gap, deliveries, away);
      }
    }
  }

  /** Most come back at once: some of them in the middle of what the crash has left. */
  private long away() {
    return world.chance(0.6) ? world.micros(100, 20_000) : world.millis(100, 5_000);
  }

  private static void require(boolean kept, String broken, @Nullable XtId id) {
    if (!kept) {
      throw new Violation(id, broken);
    }
  }
}
