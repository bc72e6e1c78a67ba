package io.rollcall.transport.retry;

import io.rollcall.transport.InvalidSettingException;
import io.rollcall.transport.ListenAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * The addresses a client may dial, in a ring: the configured ones in their order, each resolved
 * when its turn comes, all addresses of one name after each other. Who asks for the next one says
 * with it that the one before is not to be used now. Safe for any thread.
 */
public final class AddressRing {

  /** Turns a name into addresses; blocks. */
  @FunctionalInterface
  public interface Resolver {

    /** The system's. */
    Resolver SYSTEM = name -> List.of(InetAddress.getAllByName(name));

    /** At least one address. */
    List<InetAddress> resolve(String name) throws UnknownHostException;
  }

  private final List<ListenAddress> configured;
  private final Resolver resolver;

  // Under the monitor, which is never held while a name is resolved.
  private final Deque<InetSocketAddress> resolved = new ArrayDeque<>();
  private int position;
  private int namesLeft;

  /**
   * Begins with the first.
   *
   * @param addresses {@code host:port} each, at least one; an empty host is this machine
   * @throws InvalidSettingException when one is malformed or has port 0
   */
  public AddressRing(List<String> addresses, Resolver resolver) {
    this.configured = addresses.stream().map(AddressRing::parse).toList();
    this.resolver = resolver;
    if (configured.isEmpty()) {
      throw new InvalidSettingException("server-addr", "empty", "host:port, one or several");
    }
    this.namesLeft = configured.size();
  }

  /** The parts of a list separated by commas. */
  public static List<String> split(String addresses) {
    return Arrays.stream(addresses.split(",", -1)).map(String::strip).toList();
  }

  private static ListenAddress parse(String address) {
    try {
      ListenAddress parsed = ListenAddress.parse(address);
      if (parsed.port() > 0) {
        return parsed;
      }
    } catch (IllegalArgumentException malformed) {
      throw invalid(address, malformed);
    }
    throw invalid(address, new IllegalArgumentException("port is 0"));
  }

  private static InvalidSettingException invalid(String address, Exception cause) {
    InvalidSettingException invalid =
        new InvalidSettingException(
            "server-addr", "'" + address + "'", "host:port with a port from 1 to 65535");
    invalid.initCause(cause);
    return invalid;
  }

  /**
   * The address after the one given last. Blocks while a name is resolved.
   *
   * @throws UnknownHostException when its name has no address; it had its turn with that
   */
  public InetSocketAddress next() throws UnknownHostException {
    ListenAddress name;
    synchronized (this) {
      InetSocketAddress next = resolved.pollFirst();
      if (next != null) {
        return next;
      }
      name = configured.get(position);
      position = (position + 1) % configured.size();
      namesLeft--;
    }
    List<InetAddress> found =
        name.host().isEmpty()
            ? List.of(InetAddress.getLoopbackAddress())
            : resolver.resolve(name.host());
    List<InetSocketAddress> all = new ArrayList<>();
    for (InetAddress address : found) {
      all.add(new InetSocketAddress(address, name.port()));
    }
    if (all.isEmpty()) {
      throw new UnknownHostException(name.host());
    }
    synchronized (this) {
      resolved.clear();
      resolved.addAll(all.subList(1, all.size()));
    }
    return all.getFirst();
  }

  /** Whether every address had its turn since {@link #newRound()}. */
  public synchronized boolean roundOver() {
    return resolved.isEmpty() && namesLeft <= 0;
  }

  /** From here on every name has one turn before the round is over; goes on where it stands. */
  public synchronized void newRound() {
    namesLeft = resolved.isEmpty() ? configured.size() : configured.size() - 1;
  }

  /** The configured address whose turn comes next, or is under way. */
  public synchronized String current() {
    return configured.get(position).toString();
  }
}
