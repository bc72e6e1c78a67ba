package io.rollcall.sequencer.execution.ledger;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.CrossChainTransaction;
import io.rollcall.proto.XtId;
import io.rollcall.proto.v1.TransactionRequest;
import io.rollcall.scp.SequencerRecord;
import io.rollcall.scp.StageResult;
import io.rollcall.sequencer.coordination.Address;
import io.rollcall.sequencer.coordination.ExecutionPort;
import io.rollcall.sequencer.coordination.JournalEntry;
import io.rollcall.sequencer.coordination.LedgerState;
import io.rollcall.sequencer.coordination.PlainTransaction;
import io.rollcall.sequencer.coordination.RollupNode;
import io.rollcall.sequencer.coordination.TransactionReceipt;
import io.rollcall.sequencer.coordination.TransactionRefusedException;
import io.rollcall.service.storage.StorageException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.web3j.crypto.Hash;

/**
 * The rollup inside this process, as the coordinator's execution and as its users' node. It is in
 * memory, and made again at each start from what the journal kept; without that it begins with its
 * genesis.
 *
 * <p>Staging checks signatures, so it runs on the one thread {@code ledger}, in the order asked;
 * its queue is bounded by the XTs that the state machine leaves open. Apply and discard are quick
 * and run on the caller's thread, so whoever was told of a commit finds it in the balances.
 */
public final class EmbeddedLedger implements ExecutionPort, RollupNode, AutoCloseable {

  /** How many receipts are kept unless said otherwise. */
  public static final int DEFAULT_MAX_RECEIPTS = 100_000;

  private static final Logger log = LoggerFactory.getLogger(EmbeddedLedger.class);
  private static final long STOP_SECONDS = 10;

  private final ChainId chain;
  private final Genesis genesis;
  private final Ledger ledger;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("ledger").factory());

  /** A ledger of this chain, at its genesis. */
  public EmbeddedLedger(ChainId chain, Genesis genesis, int maxReceipts) {
    this.chain = chain;
    this.genesis = genesis;
    this.ledger = new Ledger(chain, genesis, maxReceipts);
  }

  @Override
  public void stage(CrossChainTransaction xt, Consumer<StageResult> answer) {
    try {
      thread.execute(() -> answer.accept(stageNow(xt)));
    } catch (RejectedExecutionException closed) {
      log.debug("XT {}: not staged, the ledger is closed", xt.id());
    }
  }

  private StageResult stageNow(CrossChainTransaction xt) {
    try {
      List<ByteString> own = ownTransactions(xt);
      List<SignedTransfer> transfers = new ArrayList<>(own.size());
      for (int i = 0; i < own.size(); i++) {
        try {
          transfers.add(SignedTransfer.decode(own.get(i), chain));
        } catch (TransactionRefusedException refused) {
          return new StageResult.Refused(place(i, own.size()) + refused.getMessage());
        }
      }
      return ledger.stage(xt.id(), transfers);
    } catch (RuntimeException bug) {
      log.error("XT {}: staging failed", xt.id(), bug);
      return new StageResult.Refused("internal error while running the transactions");
    }
  }

  /** All entries of the own chain, however many the request has, in their order. */
  private List<ByteString> ownTransactions(CrossChainTransaction xt) {
    return xt.request().getTransactionsList().stream()
        .filter(entry -> entry.getChainId().equals(chain.bytes()))
        .map(TransactionRequest::getTransactionList)
        .flatMap(List::stream)
        .toList();
  }

  /** Which transaction a reason speaks of, where there is more than one. */
  static String place(int index, int count) {
    return count == 1 ? "" : "transaction " + (index + 1) + " of " + count + ": ";
  }

  @Override
  public void apply(XtId id) {
    ledger.apply(id);
  }

  @Override
  public void discard(XtId id) {
    ledger.discard(id);
  }

  @Override
  public boolean available() {
    return !thread.isShutdown();
  }

  @Override
  public ChainId chainId() {
    return chain;
  }

  @Override
  public long blockNumber() {
    return ledger.blockNumber();
  }

  @Override
  public BigInteger balance(Address address) {
    return ledger.account(address).balance();
  }

  @Override
  public BigInteger genesisBalance(Address address) {
    return genesis.balances().getOrDefault(address, BigInteger.ZERO);
  }

  @Override
  public long transactionCount(Address address) {
    return ledger.account(address).nonce();
  }

  @Override
  public Optional<TransactionReceipt> receipt(ByteString transactionHash) {
    return ledger.receipt(transactionHash);
  }

  @Override
  public PlainTransaction check(ByteString raw) {
    return new CheckedTransfer(raw, SignedTransfer.decode(raw, chain));
  }

  private record CheckedTransfer(ByteString raw, SignedTransfer transfer)
      implements PlainTransaction {

    @Override
    public ByteString hash() {
      return transfer.hash();
    }
  }

  @Override
  public void reserve(PlainTransaction transaction) {
    if (!(transaction instanceof CheckedTransfer checked)) {
      throw new IllegalArgumentException("not checked by this ledger");
    }
    ledger.reserve(checked.transfer());
  }

  @Override
  public void applyReserved() {
    ledger.applyReserved();
  }

  @Override
  public void load(LedgerState kept) {
    ledger.load(kept);
  }

  @Override
  public void restore(JournalEntry entry) throws StorageException {
    try {
      switch (entry) {
        case JournalEntry.Plain(ByteString raw) -> {
          ledger.reserve(SignedTransfer.decode(raw, chain));
          ledger.applyReserved();
        }
        case JournalEntry.Machine(SequencerRecord.Voted voted) when voted.yes() -> {
          StageResult result = stageNow(voted.xt());
          if (!(result instanceof StageResult.Ready)) {
            throw new StorageException(
                "the journal says that XT %s was ready, and it is not on this ledger: %s"
                    .formatted(voted.xt().id(), result));
          }
        }
        case JournalEntry.Machine(SequencerRecord.Decided decided) -> {
          XtId id = decided.outcome().id();
          if (decided.outcome().applied()) {
            ledger.apply(id);
          } else if (ledger.isStaged(id)) {
            ledger.discard(id);
          }
        }
        case JournalEntry.Machine _ -> {
          // It did nothing to the ledger.
        }
      }
    } catch (TransactionRefusedException | IllegalStateException impossible) {
      throw new StorageException(
          "the journal holds what cannot have been done on this ledger: "
              + impossible.getMessage()
              + "; is it the journal of another genesis?",
          impossible);
    }
  }

  @Override
  public LedgerState takeChanges() {
    return ledger.takeChanges();
  }

  @Override
  public ByteString transactionHash(ByteString raw) {
    return ByteString.copyFrom(Hash.sha3(raw.toByteArray()));
  }

  @Override
  public void requireWellFormed(ByteString raw) {
    SignedTransfer.requireWellFormed(raw);
  }

  /** Ends the thread; what is staged is lost with the memory it is in. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException interrupted) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
