package io.rollcall.publisher.storage;

import io.rollcall.proto.ChainId;
import io.rollcall.publisher.coordination.PublisherCoordinator;
import io.rollcall.publisher.coordination.SequencerGateway;
import io.rollcall.publisher.coordination.XtArchive;
import io.rollcall.publisher.coordination.XtProjection;
import io.rollcall.publisher.testing.Xts;
import io.rollcall.scp.LogRecord;
import io.rollcall.scp.Peer;
import io.rollcall.scp.PublisherInput;
import io.rollcall.scp.PublisherMessage;
import io.rollcall.scp.PublisherRules;
import io.rollcall.scp.ScpPublisher;
import io.rollcall.scp.VotingRights;
import io.rollcall.service.storage.Storage;
import io.rollcall.service.storage.StorageKind;
import io.rollcall.service.storage.StorageSettings;
import io.rollcall.service.testing.ManualNanoClock;
import io.rollcall.service.testing.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A publisher on a database, without its transport: what it would send is kept here. It can be made
 * to end just before or after something is written, or in the middle of what it sends.
 */
final class DurablePublisher implements SequencerGateway, AutoCloseable {

  /** Thrown where the process ends. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  private final List<String> sent = new ArrayList<>();
  private final CompletableFuture<Throwable> ended = new CompletableFuture<>();
  private final DurableDecisionLog log;
  final XtArchive archive;
  final XtProjection projection;
  final PublisherCoordinator coordinator;
  private final AtomicInteger sendsLeft = new AtomicInteger(Integer.MAX_VALUE);

  DurablePublisher(StorageSettings settings, ManualNanoClock clock, PublisherRules rules)
      throws IOException {
    this(
        settings,
        clock,
        rules,
        new PublisherTables(Duration.ofDays(7), 1_000_000, Duration.ofDays(90), clock),
        20_000);
  }

  DurablePublisher(
      StorageSettings settings,
      ManualNanoClock clock,
      PublisherRules rules,
      PublisherTables tables,
      int inMemory)
      throws IOException {
    Storage storage = Storage.open(settings, StorageKind.PUBLISHER);
    log = new DurableDecisionLog(storage, tables);
    archive = new JdbcXtArchive(log, storage.asking());
    projection = new XtProjection(inMemory, Duration.ofDays(7), clock, archive);
    coordinator =
        new PublisherCoordinator(
            new ScpPublisher(rules.withBoundChains(Map.of(Xts.A, Set.of("a"), Xts.B, Set.of("b")))),
            log,
            archive,
            this,
            List.of(projection),
            clock,
            ended::complete);
    coordinator.start();
  }

  /** The process ends before it sends so many further messages to one connection. */
  void endAfterSends(int count) {
    sendsLeft.set(count);
  }

  /** Waits until it has ended so. */
  void awaitEnd() throws Exception {
    if (!(ended.get(10, TimeUnit.SECONDS) instanceof Killed)) {
      throw new AssertionError("it ended otherwise", ended.get());
    }
  }

  void open(String connection, ChainId... chains) {
    coordinator.submit(
        new PublisherInput.Opened(
            new Peer(
                connection,
                connection,
                connection,
                chains.length == 0
                    ? VotingRights.submitOnly()
                    : VotingRights.bound(List.of(chains)))));
  }

  /** Waits until new ids are not looked up any more. */
  void awaitIds() {
    Waiting.until("the ids", () -> !log.archivedIds().mayHold(Xts.xt("nobody's").id()));
  }

  /** Everything that was submitted before is carried out when this returns. */
  void settle() throws Exception {
    coordinator.ask(ScpPublisher::openCount).get(10, TimeUnit.SECONDS);
  }

  /** What each connection was sent, in order. */
  synchronized List<String> sent() {
    return List.copyOf(sent);
  }

  @Override
  public synchronized void send(List<String> connectionIds, PublisherMessage message) {
    for (String connection : connectionIds) {
      deliver(connection, message);
    }
  }

  @Override
  public synchronized void resend(String connectionId, List<PublisherMessage> messages) {
    messages.forEach(message -> deliver(connectionId, message));
  }

  @Override
  public void flush() {}

  private void deliver(String connection, PublisherMessage message) {
    if (sendsLeft.getAndDecrement() == 0) {
      throw new Killed();
    }
    sent.add(
        connection
            + ": "
            + switch (message) {
              case PublisherMessage.Start _ -> "start";
              case PublisherMessage.Decision(_, boolean commit, String reason, boolean refused) ->
                  refused ? "refused " + reason : commit ? "commit" : "abort " + reason;
            });
  }

  @Override
  public void close() {
    try {
      coordinator.stop(Duration.ofSeconds(10));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    log.close();
  }

  /** What is in the log, for a look from outside. */
  static List<LogRecord> logOf(StorageSettings settings) throws IOException {
    List<LogRecord> records = new ArrayList<>();
    try (Storage storage = Storage.open(settings, StorageKind.PUBLISHER)) {
      storage.log().read(row -> records.addAll(RecordCodec.decode(row.batch())));
    }
    return records;
  }

  /** The rows of the log that are still there. */
  static long firstRowOf(StorageSettings settings) throws IOException {
    try (Storage storage = Storage.open(settings, StorageKind.PUBLISHER)) {
      return storage.log().firstSequence();
    }
  }
}
