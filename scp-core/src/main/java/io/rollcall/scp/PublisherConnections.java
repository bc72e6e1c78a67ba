package io.rollcall.scp;

import io.rollcall.proto.ChainId;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The open connections, and who of them hears what. */
final class PublisherConnections {

  /** One open connection. */
  static final class Connection {

    private final Peer peer;
    private final long openedNanos;
    private boolean heardFrom;

    private Connection(Peer peer, long openedNanos) {
      this.peer = peer;
      this.openedNanos = openedNanos;
    }

    Peer peer() {
      return peer;
    }

    String id() {
      return peer.connectionId();
    }

    long openedNanos() {
      return openedNanos;
    }

    boolean unbound() {
      return peer.rights() instanceof VotingRights.Unbound;
    }

    /** Notes that it sent a vote or an XT; true the first time. */
    boolean firstHeard() {
      boolean first = !heardFrom;
      heardFrom = true;
      return first;
    }
  }

  private Set<ChainId> boundChains;
  private final Map<String, Connection> open = new LinkedHashMap<>();
  private final Set<String> unbound = new LinkedHashSet<>();
  private List<String> unboundIds = List.of();
  private boolean unboundChanged;

  PublisherConnections(Set<ChainId> boundChains) {
    this.boundChains = boundChains;
  }

  /** Other chains are bound from now on. */
  void bind(Set<ChainId> chains) {
    boundChains = chains;
  }

  Connection opened(Peer peer, long nowNanos) {
    if (open.containsKey(peer.connectionId())) {
      throw new IllegalArgumentException("connection " + peer.connectionId() + " is open already");
    }
    Connection connection = new Connection(peer, nowNanos);
    open.put(connection.id(), connection);
    if (connection.unbound()) {
      unbound.add(connection.id());
      unboundChanged = true;
    }
    return connection;
  }

  @Nullable Connection closed(String connectionId) {
    Connection connection = open.remove(connectionId);
    unboundChanged |= unbound.remove(connectionId);
    return connection;
  }

  @Nullable Connection find(String connectionId) {
    return open.get(connectionId);
  }

  boolean isOpen(String connectionId) {
    return open.containsKey(connectionId);
  }

  /** Number of open connections that may vote for chains nobody is bound to. */
  int unboundVoters() {
    return unbound.size();
  }

  boolean mayVote(Connection connection, ChainId chain) {
    return connection.peer.rights().mayVote(chain, boundChains);
  }

  /** Whether the connection hears of the XT for the votes it may cast. */
  boolean votesOn(Connection connection, PublisherXt xt) {
    for (PublisherChain chain : xt.chains()) {
      if (mayVote(connection, chain.id())) {
        return true;
      }
    }
    return false;
  }

  /** Whether the connection may cast a vote that the XT lacks. */
  boolean owesVoteOn(Connection connection, PublisherXt xt) {
    for (int i = 0; i < xt.chains().size(); i++) {
      if (!xt.hasVoted(i) && mayVote(connection, xt.chains().get(i).id())) {
        return true;
      }
    }
    return false;
  }

  boolean serves(PublisherChain chain) {
    return voters(chain) > 0;
  }

  int voters(PublisherChain chain) {
    return chain.bound().size() + (chain.reserved() ? 0 : unbound.size());
  }

  /** Those who are asked to vote, each once. */
  List<String> voters(PublisherXt xt) {
    boolean unboundToo = false;
    int boundOnes = 0;
    for (PublisherChain chain : xt.chains()) {
      unboundToo |= !chain.reserved();
      boundOnes += chain.bound().size();
    }
    if (boundOnes == 0) {
      return unboundToo ? unboundIds() : List.of();
    }
    Set<String> voters = new LinkedHashSet<>();
    for (PublisherChain chain : xt.chains()) {
      voters.addAll(chain.bound().keySet());
    }
    if (unboundToo) {
      voters.addAll(unbound);
    }
    return List.copyOf(voters);
  }

  /**
   * Those who hear the decision: the voters, those who were voters, and whoever submitted the XT;
   * each once.
   */
  List<String> hearers(PublisherXt xt) {
    List<String> voters = voters(xt);
    if (xt.submitters().isEmpty() && !xt.unboundHear()) {
      return voters;
    }
    Set<String> hearers = new LinkedHashSet<>(voters);
    if (xt.unboundHear()) {
      hearers.addAll(unbound);
    }
    for (String submitter : xt.submitters()) {
      if (isOpen(submitter)) {
        hearers.add(submitter);
      }
    }
    return List.copyOf(hearers);
  }

  /** One list for all XTs between two changes: with authentication off it goes out with each. */
  private List<String> unboundIds() {
    if (unboundChanged) {
      unboundIds = List.copyOf(unbound);
      unboundChanged = false;
    }
    return unboundIds;
  }
}
