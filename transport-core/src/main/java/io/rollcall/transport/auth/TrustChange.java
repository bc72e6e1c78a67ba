package io.rollcall.transport.auth;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One change of the list of trusted keys. Immutable.
 *
 * @param by who or what changed it, for people: a property, an operation
 * @param before what was trusted, by id
 * @param after what is trusted since
 */
public record TrustChange(String by, List<TrustedEntry> before, List<TrustedEntry> after) {

  /** More ids are counted, not named: the list may be long, and the line is for people. */
  private static final int MOST_NAMED = 20;

  /** Keeps copies. */
  public TrustChange {
    before = List.copyOf(before);
    after = List.copyOf(after);
  }

  /** Whether anything is different. */
  public boolean isEmpty() {
    return before.equals(after);
  }

  /** What was added, changed and removed, in one line without keys; empty when nothing was. */
  public String text() {
    Map<String, TrustedEntry> old = byId(before);
    Map<String, TrustedEntry> current = byId(after);
    List<String> added = new ArrayList<>();
    List<String> changed = new ArrayList<>();
    List<String> removed = new ArrayList<>();
    current.forEach((id, entry) -> {
      TrustedEntry earlier = old.get(id);
      if (earlier == null) {
        added.add(id + " (" + keys(entry.publicKeys().size()) + ")");
      } else if (!earlier.equals(entry)) {
        changed.add(id + " (" + difference(earlier, entry) + ")");
      }
    });
    old.keySet().stream().filter(id -> !current.containsKey(id)).forEach(removed::add);
    List<String> parts = new ArrayList<>();
    part(parts, "added", added);
    part(parts, "changed", changed);
    part(parts, "removed", removed);
    return String.join("; ", parts);
  }

  private static Map<String, TrustedEntry> byId(List<TrustedEntry> entries) {
    Map<String, TrustedEntry> byId = new LinkedHashMap<>();
    entries.forEach(entry -> byId.put(entry.id(), entry));
    return byId;
  }

  private static void part(List<String> parts, String word, List<String> what) {
    if (what.isEmpty()) {
      return;
    }
    String named = what.stream().limit(MOST_NAMED).collect(Collectors.joining(", "));
    int more = what.size() - MOST_NAMED;
    parts.add(word + " " + named + (more > 0 ? " and " + more + " more" : ""));
  }

  private static String difference(TrustedEntry earlier, TrustedEntry now) {
    List<String> parts = new ArrayList<>();
    long more = missingIn(earlier.publicKeys(), now.publicKeys());
    long fewer = missingIn(now.publicKeys(), earlier.publicKeys());
    if (more > 0) {
      parts.add(keys(more) + " more");
    }
    if (fewer > 0) {
      parts.add(keys(fewer) + " less");
    }
    if (!earlier.chainIds().equals(now.chainIds())) {
      parts.add("other chains");
    }
    if (earlier.connections() != now.connections()) {
      parts.add("other number of connections");
    }
    if (earlier.v2Only() != now.v2Only()) {
      parts.add("other handshake");
    }
    return String.join(", ", parts);
  }

  private static long missingIn(Set<PublicKey> those, Set<PublicKey> keys) {
    return keys.stream().filter(key -> !those.contains(key)).count();
  }

  private static String keys(long count) {
    return count == 1 ? "1 key" : count + " keys";
  }
}
