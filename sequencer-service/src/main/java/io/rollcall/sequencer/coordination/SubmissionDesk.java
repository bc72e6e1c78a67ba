package io.rollcall.sequencer.coordination;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.proto.v1.TransactionRequest;
import io.rollcall.scp.ScpSequencer;
import io.rollcall.scp.SequencerInput;
import io.rollcall.service.coordination.CoordinatorStoppedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Where users hand in XTs and plain transactions, by whatever door they came: checks what can be
 * checked at once, and answers when the submission is in the journal. Safe for any thread; waits
 * for the coordinator.
 */
public final class SubmissionDesk {

  /** What a message has beside the request's own bytes: sender id, tags, trace context. */
  private static final int ENVELOPE_BYTES = 1_024;

  private final SequencerCoordinator coordinator;
  private final XtProjection projection;
  private final RollupNode rollup;
  private final ExecutionPort execution;
  private final int maxMessageBytes;
  private final Duration patience;
  private final SubmissionListener listener;

  /**
   * Hands over to this coordinator.
   *
   * @param maxMessageBytes the transport's limit: what is longer could never be sent
   * @param patience how long a caller waits for the coordinator
   * @param listener told of each XT that goes to the coordinator
   */
  public SubmissionDesk(
      SequencerCoordinator coordinator,
      XtProjection projection,
      RollupNode rollup,
      ExecutionPort execution,
      int maxMessageBytes,
      Duration patience,
      SubmissionListener listener) {
    this.coordinator = coordinator;
    this.projection = projection;
    this.rollup = rollup;
    this.execution = execution;
    this.maxMessageBytes = maxMessageBytes;
    this.patience = patience;
    this.listener = listener;
  }

  /**
   * Takes an XT. One that is known already is not run again: its id leads to its state.
   *
   * @throws MalformedTransactionException when an entry of the own chain is no transaction; those
   *     of other chains are theirs to judge
   * @throws XtTooLargeException when it does not fit into a message
   * @throws SubmissionUnavailableException when it cannot be taken now
   */
  public void submit(CrossChainTransaction xt) {
    int size = xt.encoded().size();
    if (size > maxMessageBytes - ENVELOPE_BYTES) {
      throw new XtTooLargeException(size, maxMessageBytes - ENVELOPE_BYTES);
    }
    requireWellFormed(xt);
    if (!hasTaken(xt)) {
      throw new SubmissionUnavailableException(
          "too many submissions wait for their outcome; try again later");
    }
  }

  /**
   * Runs a transaction of the own chain alone, and answers when it took effect and is in the
   * journal.
   *
   * @param raw signed, as Ethereum encodes it
   * @return its hash, 32 bytes
   * @throws TransactionRefusedException why not; {@link MalformedTransactionException} when it is
   *     no transaction at all
   * @throws SubmissionUnavailableException when nobody answers; then it may take effect or not
   */
  public ByteString submitPlain(ByteString raw) {
    PlainTransaction transaction = execution.check(raw);
    try {
      var _ = await(coordinator.apply(transaction));
      return transaction.hash();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof TransactionRefusedException refused) {
        throw refused;
      }
      throw notRunning();
    } catch (CoordinatorStoppedException stopped) {
      throw notRunning();
    }
  }

  private void requireWellFormed(CrossChainTransaction xt) {
    ChainId own = rollup.chainId();
    for (int i = 0; i < xt.request().getTransactionsCount(); i++) {
      TransactionRequest entry = xt.request().getTransactions(i);
      boolean mine = entry.getChainId().equals(own.bytes());
      List<ByteString> transactions = entry.getTransactionList();
      for (int j = 0; j < transactions.size(); j++) {
        try {
          requireWellFormed(transactions.get(j), mine);
        } catch (MalformedTransactionException malformed) {
          throw new MalformedTransactionException(
              "entry " + (i + 1) + ", transaction " + (j + 1) + ": " + malformed.getMessage());
        }
      }
    }
  }

  private void requireWellFormed(ByteString transaction, boolean mine) {
    if (mine) {
      rollup.requireWellFormed(transaction);
    } else if (transaction.isEmpty()) {
      throw new MalformedTransactionException("not an Ethereum transaction: it is empty");
    }
  }

  /** The question comes behind the input, so its answer knows what became of it. */
  private boolean hasTaken(CrossChainTransaction xt) {
    try {
      listener.submitting(xt.id());
      coordinator.submit(new SequencerInput.Submitted(xt));
      return await(coordinator.ask(machine -> knows(machine, xt.id())))
          || projection.find(xt.id()).isPresent();
    } catch (CoordinatorStoppedException | ExecutionException stopped) {
      throw notRunning();
    }
  }

  private <T> T await(CompletableFuture<T> answer) throws ExecutionException {
    try {
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException busy) {
      throw new SubmissionUnavailableException(
          "the sequencer did not answer within " + patience.toMillis() + "ms");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new SubmissionUnavailableException("interrupted while waiting");
    }
  }

  private static SubmissionUnavailableException notRunning() {
    return new SubmissionUnavailableException("the sequencer is not running");
  }

  private static boolean knows(ScpSequencer machine, XtId id) {
    return machine.submission(id).isPresent()
        || machine.openXt(id).isPresent()
        || machine.outcome(id).isPresent();
  }
}
