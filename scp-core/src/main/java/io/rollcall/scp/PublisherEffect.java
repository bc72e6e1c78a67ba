package io.rollcall.scp;

import java.util.List;

/**
 * What the coordinator must do, in the order given: make every {@link Append} of a batch durable
 * with one sync, only then carry out its sends, then step {@link PublisherInput.Synced}. A batch
 * without an append needs no sync. Immutable, any thread.
 */
public sealed interface PublisherEffect {

  /** Add this to the end of the decision log. */
  record Append(LogRecord entry) implements PublisherEffect {}

  /**
   * Send one message to these connections; those that are gone by now are left out.
   *
   * @param connectionIds at least one, each once
   */
  record Send(List<String> connectionIds, PublisherMessage message) implements PublisherEffect {}

  /**
   * Tell one connection what it missed. May be long, so it is fed to the connection as it reads,
   * and later sends to the same connection wait behind it.
   *
   * @param messages at least one, in the order in which the XTs were started
   */
  record Resend(String connectionId, List<PublisherMessage> messages) implements PublisherEffect {}

  /** Something that metrics, logs and the HTTP projection want to know; it changes nothing. */
  record Observed(PublisherFact fact) implements PublisherEffect {}
}
