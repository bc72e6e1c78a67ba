package io.rollcall.scp.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.rollcall.scp.PublisherRules;
import io.rollcall.scp.SequencerRules;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Thousands of whole runs. {@code bin/simulate} runs others: {@code -Drollcall.simulation.seed=N}
 * that seed alone, printing all of it; {@code -Drollcall.simulation.seeds=N} so many from {@code
 * -Drollcall.simulation.from=N} on.
 */
class SimulationTests {

  /** Enough that every {@link Happening} happens. */
  private static final int USUAL_SEEDS = 20_000;

  private static final int SEEDS = Integer.getInteger("rollcall.simulation.seeds", USUAL_SEEDS);
  private static final long FROM = Long.getLong("rollcall.simulation.from", 1);

  /** A broken machine that is not noticed in so many runs is not noticed. */
  private static final int SEEDS_FOR_BROKEN = 100;

  private static final int TRACE_LINES = 200;

  @Test
  void everyPromiseIsKeptInEveryRun() {
    Long single = Long.getLong("rollcall.simulation.seed");
    if (single != null) {
      Simulation.Result result = Simulation.run(single, Machines.REAL, true);
      result.trace().forEach(System.out::println);
      assertThat(result.violation()).isNull();
      return;
    }
    List<Simulation.Result> results = run(Machines.REAL, SEEDS);
    EnumMap<Happening, Long> counts = count(results);
    System.out.println("simulation: " + results.size() + " seeds, " + counts);
    firstBroken(results)
        .ifPresent(broken -> {
          throw new AssertionError(report(broken.seed(), Machines.REAL));
        });
    assertThat(results)
        .allSatisfy(result -> assertThat(result.xts()).isGreaterThan(Simulation.MIN_XTS));
    if (SEEDS >= USUAL_SEEDS) {
      assertThat(counts).containsOnlyKeys(Happening.values());
    }
  }

  @Test
  void equalSeedsGiveEqualRuns() {
    Simulation.Result once = Simulation.run(7, Machines.REAL, true);
    Simulation.Result again = Simulation.run(7, Machines.REAL, true);
    assertThat(again.trace()).isEqualTo(once.trace()).hasSizeGreaterThan(100);
  }

  @Test
  void noticesADoubleDecision() {
    Function<PublisherRules, PublisherMachine> broken = BrokenMachines::decidesTwice;
    assertThat(firstViolation(Machines.REAL.withPublisher(broken))).contains("two decisions");
  }

  @Test
  void noticesACommitWithAVoteMissing() {
    Function<PublisherRules, PublisherMachine> broken = BrokenMachines::countsOneVoteForAll;
    assertThat(firstViolation(Machines.REAL.withPublisher(broken)))
        .contains("committed without a yes of chain");
  }

  @Test
  void noticesAForgottenVote() {
    Function<SequencerRules, SequencerMachine> broken = BrokenMachines::forgetsItsVotes;
    assertThat(firstViolation(Machines.REAL.withSequencer(broken)))
        .contains("forgot its yes before the decision");
  }

  @Test
  void noticesAStartThatIsAnnouncedBeforeItIsSynced() {
    Function<PublisherRules, PublisherMachine> broken = BrokenMachines::announcesBeforeItIsSynced;
    assertThat(firstViolation(Machines.REAL.withPublisher(broken)))
        .contains("announced before its start was written");
  }

  @Test
  void noticesAVoteThatIsForgottenOnRestart() {
    Function<SequencerRules, SequencerMachine> broken = BrokenMachines::forgetsItsVotesOnRestart;
    assertThat(firstViolation(Machines.REAL.withSequencer(broken)))
        .containsAnyOf(
            "still holds an XT",
            "staged it twice",
            "changed its yes to a no",
            "did not vote yes on");
  }

  @Test
  void noticesAnIdThatIsStartedAgain() {
    Function<PublisherRules, PublisherMachine> broken = BrokenMachines::startsAnIdAgain;
    assertThat(firstViolation(Machines.REAL.withPublisher(broken)))
        .contains("started after its decision");
  }

  @Test
  void noticesARepeatThatIsAnsweredOtherwise() {
    Function<PublisherRules, PublisherMachine> broken = BrokenMachines::answersARepeatOtherwise;
    assertThat(firstViolation(Machines.REAL.withPublisher(broken))).contains("two decisions");
  }

  @Test
  void aBrokenPromiseIsReportedWithItsReplayAndItsTrace() {
    Machines machines = Machines.REAL.withPublisher(BrokenMachines::countsOneVoteForAll);
    Simulation.Result broken = firstBroken(machines);
    assertThat(report(broken.seed(), machines))
        .startsWith("seed " + broken.seed() + ": " + broken.culprit() + " committed without a yes")
        .contains("bin/simulate --seed " + broken.seed())
        .contains("a user submits " + broken.culprit() + " at")
        .contains("yes=true");
  }

  private static String firstViolation(Machines machines) {
    Violation violation = Objects.requireNonNull(firstBroken(machines).violation());
    return String.valueOf(violation.getMessage());
  }

  private static Simulation.Result firstBroken(Machines machines) {
    Optional<Simulation.Result> broken =
        LongStream.rangeClosed(1, SEEDS_FOR_BROKEN)
            .mapToObj(seed -> Simulation.run(seed, machines, false))
            .filter(result -> result.violation() != null)
            .findFirst();
    assertThat(broken).as("a run that notices it").isPresent();
    return broken.get();
  }

  private static List<Simulation.Result> run(Machines machines, int seeds) {
    return LongStream.range(FROM, FROM + seeds)
        .parallel()
        .mapToObj(seed -> Simulation.run(seed, machines, false))
        .toList();
  }

  private static Optional<Simulation.Result> firstBroken(List<Simulation.Result> results) {
    return results.stream()
        .filter(result -> result.violation() != null)
        .min(Comparator.comparingLong(Simulation.Result::seed));
  }

  private static EnumMap<Happening, Long> count(List<Simulation.Result> results) {
    EnumMap<Happening, Long> counts = new EnumMap<>(Happening.class);
    for (Simulation.Result result : results) {
      for (Map.Entry<Happening, Integer> entry : result.counts().entrySet()) {
        counts.merge(entry.getKey(), (long) entry.getValue(), Long::sum);
      }
    }
    return counts;
  }

  /** What was broken, how to see it again, and the lines of the trace that tell of it. */
  private static String report(long seed, Machines machines) {
    Simulation.Result result = Simulation.run(seed, machines, true);
    Violation violation = result.violation();
    List<String> lines =
        result.culprit().isEmpty()
            ? result.trace()
            : result.trace().stream()
                .filter(line -> line.matches(".*\\b" + result.culprit() + "\\b.*"))
                .toList();
    return "seed %d: %s %s%nreplay: bin/simulate --seed %d"
            .formatted(
                result.seed(),
                result.culprit(),
                violation == null ? "" : violation.getMessage(),
                result.seed())
        + lines.stream()
            .skip(Math.max(0, lines.size() - TRACE_LINES))
            .collect(Collectors.joining("\n  ", "\n  ", "\n"));
  }
}
