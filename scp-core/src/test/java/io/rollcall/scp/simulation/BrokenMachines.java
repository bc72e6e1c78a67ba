package io.rollcall.scp.simulation;

import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.scp.LogRecord;
import io.rollcall.scp.Peer;
import io.rollcall.scp.PublisherEffect;
import io.rollcall.scp.PublisherInput;
import io.rollcall.scp.PublisherMessage;
import io.rollcall.scp.PublisherRules;
import io.rollcall.scp.SequencerEffect;
import io.rollcall.scp.SequencerInput;
import io.rollcall.scp.SequencerRecord;
import io.rollcall.scp.SequencerRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/** Machines with one mistake each, of the kind that real ones had; a run has to notice. */
final class BrokenMachines {

  private BrokenMachines() {}

  /** Lets the last late yes complete an XT that was aborted already. */
  static PublisherMachine decidesTwice(PublisherRules rules) {
    return new BrokenPublisher(rules) {
      private final Map<XtId, Set<ChainId>> yes = new LinkedHashMap<>();
      private final Set<XtId> aborted = new LinkedHashSet<>();

      @Override
      void spoil(PublisherInput input, List<PublisherEffect> effects, long now) {
        for (PublisherEffect effect : effects) {
          if (effect instanceof PublisherEffect.Send send
              && send.message() instanceof PublisherMessage.Decision decision
              && !decision.refused()
              && !decision.commit()) {
            aborted.add(decision.id());
          }
        }
        if (input instanceof PublisherInput.Voted vote && vote.yes()) {
          Set<ChainId> voters = yes.computeIfAbsent(vote.id(), any -> new LinkedHashSet<>());
          boolean fresh = voters.add(vote.chain());
          if (fresh && aborted.contains(vote.id()) && voters.containsAll(chainsOf(vote.id()))) {
            effects.add(
                new PublisherEffect.Send(
                    connections(), new PublisherMessage.Decision(vote.id(), true, "", false)));
          }
        }
      }
    };
  }

  /** Counts a yes of one chain as a yes of all. */
  static PublisherMachine countsOneVoteForAll(PublisherRules rules) {
    return new BrokenPublisher(rules) {
      @Override
      void spoil(PublisherInput input, List<PublisherEffect> effects, long now) {
        if (input instanceof PublisherInput.Voted vote && vote.yes()) {
          for (ChainId chain : chainsOf(vote.id())) {
            for (String connection : voters(chain)) {
              effects.addAll(
                  stepReal(new PublisherInput.Voted(connection, chain, vote.id(), true, ""), now));
            }
          }
        }
      }
    };
  }

  /** Takes a lost connection for the abort of everything it has voted yes on. */
  static SequencerMachine forgetsItsVotes(SequencerRules rules) {
    SequencerMachine machine = SequencerMachine.real(rules);
    Set<XtId> locked = new LinkedHashSet<>();
    return new SequencerMachine() {
      @Override
      public List<SequencerEffect> step(SequencerInput input, long nowNanos) {
        List<SequencerEffect> effects = new ArrayList<>(machine.step(input, nowNanos));
        for (SequencerEffect effect : effects) {
          switch (effect) {
            case SequencerEffect.SendVote vote when vote.yes() -> locked.add(vote.id());
            case SequencerEffect.Apply apply -> locked.remove(apply.id());
            case SequencerEffect.Discard discard -> locked.remove(discard.id());
            default -> {}
          }
        }
        if (input instanceof SequencerInput.Disconnected) {
          for (XtId id : locked) {
            effects.addAll(
                machine.step(
                    new SequencerInput.DecisionReceived(id, false, "connection lost", false),
                    nowNanos));
          }
          locked.clear();
        }
        return effects;
      }

      @Override
      public OptionalLong nextDeadlineNanos() {
        return machine.nextDeadlineNanos();
      }

      @Override
      public boolean knows(XtId id) {
        return machine.knows(id);
      }

      @Override
      public int undecided() {
        return machine.undecided();
      }
    };
  }

  /** Hands out what is to be written only with the next step, and what is to be sent at once. */
  static PublisherMachine announcesBeforeItIsSynced(PublisherRules rules) {
    return new BrokenPublisher(rules) {
      private final List<PublisherEffect> late = new ArrayList<>();

      @Override
      void spoil(PublisherInput input, List<PublisherEffect> effects, long now) {
        List<PublisherEffect> before = List.copyOf(late);
        late.clear();
        effects.removeIf(effect -> {
          boolean start =
              effect instanceof PublisherEffect.Append append
                  && append.entry() instanceof LogRecord.Started;
          if (start) {
            late.add(effect);
          }
          return start;
        });
        effects.addAll(0, before);
      }
    };
  }

  /** Takes no notice of what its archive remembers. */
  static PublisherMachine startsAnIdAgain(PublisherRules rules) {
    return new BrokenPublisher(rules) {
      @Override
      Stream<PublisherInput> heard(PublisherInput input) {
        return input instanceof PublisherInput.Recalled ? Stream.empty() : Stream.of(input);
      }

      @Override
      void spoil(PublisherInput input, List<PublisherEffect> effects, long now) {}
    };
  }

  /** Answers what its archive remembers the other way round. */
  static PublisherMachine answersARepeatOtherwise(PublisherRules rules) {
    return new BrokenPublisher(rules) {
      @Override
      Stream<PublisherInput> heard(PublisherInput input) {
        return Stream.of(
            input instanceof PublisherInput.Recalled(XtId id, boolean commit, String reason)
                ? new PublisherInput.Recalled(id, !commit, reason)
                : input);
      }

      @Override
      void spoil(PublisherInput input, List<PublisherEffect> effects, long now) {}
    };
  }

  /** Has forgotten after a restart what it voted. */
  static SequencerMachine forgetsItsVotesOnRestart(SequencerRules rules) {
    SequencerMachine machine = SequencerMachine.real(rules);
    return new SequencerMachine() {
      @Override
      public List<SequencerEffect> step(SequencerInput input, long nowNanos) {
        return input instanceof SequencerInput.Replayed(SequencerRecord.Voted voted)
            ? List.of()
            : machine.step(input, nowNanos);
      }

      @Override
      public OptionalLong nextDeadlineNanos() {
        return machine.nextDeadlineNanos();
      }

      @Override
      public boolean knows(XtId id) {
        return machine.knows(id);
      }

      @Override
      public int undecided() {
        return machine.undecided();
      }
    };
  }

  /** The real machine and somebody who spoils what it does. */
  private abstract static class BrokenPublisher implements PublisherMachine {

    private final PublisherRules rules;
    private final PublisherMachine machine;
    private final Map<String, Peer> open = new LinkedHashMap<>();
    private final Map<XtId, CrossChainTransaction> xts = new LinkedHashMap<>();

    BrokenPublisher(PublisherRules rules) {
      this.rules = rules;
      this.machine = PublisherMachine.real(rules);
    }

    abstract void spoil(PublisherInput input, List<PublisherEffect> effects, long now);

    /** What the real machine gets in the place of this. */
    Stream<PublisherInput> heard(PublisherInput input) {
      return Stream.of(input);
    }

    final List<PublisherEffect> stepReal(PublisherInput input, long now) {
      return machine.step(input, now);
    }

    final List<ChainId> chainsOf(XtId id) {
      CrossChainTransaction xt = xts.get(id);
      return xt == null ? List.of() : xt.chains();
    }

    final List<String> connections() {
      return List.copyOf(open.keySet());
    }

    final List<String> voters(ChainId chain) {
      return open.values().stream()
          .filter(peer -> peer.rights().mayVote(chain, rules.boundChains().keySet()))
          .map(Peer::connectionId)
          .toList();
    }

    @Override
    public final List<PublisherEffect> step(PublisherInput input, long nowNanos) {
      switch (input) {
        case PublisherInput.Opened(Peer peer) -> open.put(peer.connectionId(), peer);
        case PublisherInput.Closed(String connection) -> open.remove(connection);
        case PublisherInput.Submitted submitted -> xts.put(submitted.xt().id(), submitted.xt());
        default -> {}
      }
      List<PublisherEffect> effects = new ArrayList<>();
      heard(input).forEach(instead -> effects.addAll(machine.step(instead, nowNanos)));
      spoil(input, effects, nowNanos);
      return effects;
    }

    @Override
    public final OptionalLong nextDeadlineNanos() {
      return machine.nextDeadlineNanos();
    }

    @Override
    public final boolean knows(XtId id) {
      return machine.knows(id);
    }

    @Override
    public final int undecided() {
      return machine.undecided();
    }
  }
}
