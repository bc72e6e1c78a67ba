package io.rollcall.benchmarks.micro;

import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.scp.Peer;
import io.rollcall.scp.PublisherEffect;
import io.rollcall.scp.PublisherInput;
import io.rollcall.scp.PublisherRules;
import io.rollcall.scp.ScpPublisher;
import io.rollcall.scp.ScpSequencer;
import io.rollcall.scp.SequencerEffect;
import io.rollcall.scp.SequencerInput;
import io.rollcall.scp.SequencerRules;
import io.rollcall.scp.StageResult;
import io.rollcall.scp.VotingRights;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One XT that commits, through a machine, with a sync wherever one is asked for. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MachineTiming {

  /** They come again when the machines have forgotten them. */
  private static final int XTS = 20_000;

  private static final int REMEMBERED = XTS / 2;
  private static final String FIRST = "1";
  private static final String SECOND = "2";

  private final CrossChainTransaction[] xts = Xts.array(XTS);
  private final ScpPublisher publisher =
      new ScpPublisher(PublisherRules.defaults().withRememberedOutcomes(REMEMBERED));
  private final ScpSequencer sequencer =
      new ScpSequencer(SequencerRules.defaults(Xts.FIRST).withRememberedOutcomes(REMEMBERED));
  private int next;
  private long now;

  /** Connects everybody. */
  public MachineTiming() {
    publisher.step(new PublisherInput.Archived(Long.MAX_VALUE), now);
    publisher.step(new PublisherInput.Opened(peer(FIRST)), now);
    publisher.step(new PublisherInput.Opened(peer(SECOND)), now);
    sequencer.step(new SequencerInput.Archived(Long.MAX_VALUE), now);
    sequencer.step(new SequencerInput.Connected(), now);
  }

  private static Peer peer(String id) {
    return new Peer(id, id, id, VotingRights.unbound());
  }

  /** Submitted, announced, two votes, decided. */
  @Benchmark
  public List<PublisherEffect> publisher() {
    CrossChainTransaction xt = xt();
    publisher.step(new PublisherInput.Submitted(FIRST, xt), now);
    publisher.step(new PublisherInput.Synced(), now);
    publisher.step(new PublisherInput.Voted(FIRST, Xts.FIRST, xt.id(), true, ""), now);
    List<PublisherEffect> effects =
        publisher.step(new PublisherInput.Voted(SECOND, Xts.SECOND, xt.id(), true, ""), now);
    publisher.step(new PublisherInput.Synced(), now);
    if (publisher.openCount() != 0) {
      throw new IllegalStateException("not decided");
    }
    return effects;
  }

  /** Announced, staged, voted on, committed. */
  @Benchmark
  public List<SequencerEffect> sequencer() {
    CrossChainTransaction xt = xt();
    sequencer.step(new SequencerInput.StartReceived(xt), now);
    sequencer.step(new SequencerInput.Synced(), now);
    sequencer.step(new SequencerInput.Staged(xt.id(), new StageResult.Ready()), now);
    sequencer.step(new SequencerInput.Synced(), now);
    List<SequencerEffect> effects =
        sequencer.step(new SequencerInput.DecisionReceived(xt.id(), true, "", false), now);
    sequencer.step(new SequencerInput.Synced(), now);
    if (effects.stream().noneMatch(SequencerEffect.Apply.class::isInstance)) {
      throw new IllegalStateException("not applied: " + effects);
    }
    return effects;
  }

  private CrossChainTransaction xt() {
    now += TimeUnit.MICROSECONDS.toNanos(10);
    next = (next + 1) % XTS;
    return xts[next];
  }
}
