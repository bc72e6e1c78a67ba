package io.rollcall.transport.session;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Things that wait, oldest first, by the address they came from. Knows at any time which address
 * has most: no call looks at more than a few of the things or addresses, however many there are,
 * because a flood runs through here. Not safe for several threads.
 *
 * @param <T> what waits
 */
final class ByAddress<T> {

  /** Where a thing waits. Has an identity, so equal things may wait at a time. */
  static final class Place<T> {
    private final Group<T> group;
    private final T thing;

    private Place(Group<T> group, T thing) {
      this.group = group;
      this.thing = thing;
    }
  }

  private static final class Group<T> {
    private final NetworkAddress address;
    private final SequencedSet<Place<T>> places = new LinkedHashSet<>();

    private Group(NetworkAddress address) {
      this.address = address;
    }
  }

  // In the order of their next turn.
  private final LinkedHashMap<NetworkAddress, Group<T>> groups = new LinkedHashMap<>();
  // By how many each holds; of equals the one that held as many first stands first.
  private final TreeMap<Integer, SequencedSet<Group<T>>> bySize = new TreeMap<>();
  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** How many came from this address. */
  int size(NetworkAddress address) {
    Group<T> group = groups.get(address);
    return group == null ? 0 : group.places.size();
  }

  /** Adds the newest. */
  Place<T> add(NetworkAddress address, T thing) {
    Group<T> group = groups.computeIfAbsent(address, Group::new);
    Place<T> place = new Place<>(group, thing);
    group.places.addLast(place);
    size++;
    resized(group, group.places.size() - 1);
    return place;
  }

  /** Takes one away, wherever it stands; returns whether it was there. */
  boolean remove(Place<T> place) {
    Group<T> group = place.group;
    if (!group.places.remove(place)) {
      return false;
    }
    size--;
    resized(group, group.places.size() + 1);
    if (group.places.isEmpty()) {
      groups.remove(group.address);
    }
    return true;
  }

  /** The oldest of this address; null when there is none. */
  @Nullable T removeOldestOf(NetworkAddress address) {
    Group<T> group = groups.get(address);
    return group == null ? null : take(group.places.getFirst());
  }

  /** The oldest of the address that has most, of equals the one that had as many first; or null. */
  @Nullable T removeOldestOfLargest() {
    Map.Entry<Integer, SequencedSet<Group<T>>> largest = bySize.lastEntry();
    return largest == null ? null : take(largest.getValue().getFirst().places.getFirst());
  }

  /** The newest of the address that has most, of equals the one that had as many last; or null. */
  @Nullable T removeNewestOfLargest() {
    Map.Entry<Integer, SequencedSet<Group<T>>> largest = bySize.lastEntry();
    return largest == null ? null : take(largest.getValue().getLast().places.getLast());
  }

  /** The oldest of the address whose turn it is, which then comes after all others; or null. */
  @Nullable T removeNext() {
    Map.Entry<NetworkAddress, Group<T>> turn = groups.firstEntry();
    if (turn == null) {
      return null;
    }
    groups.putLast(turn.getKey(), turn.getValue());
    return take(turn.getValue().places.getFirst());
  }

  private T take(Place<T> place) {
    remove(place);
    return place.thing;
  }

  private void resized(Group<T> group, int before) {
    SequencedSet<Group<T>> same = bySize.get(before);
    if (same != null && same.remove(group) && same.isEmpty()) {
      bySize.remove(before);
    }
    int now = group.places.size();
    if (now > 0) {
      bySize.computeIfAbsent(now, count -> new LinkedHashSet<>()).addLast(group);
    }
  }
}
