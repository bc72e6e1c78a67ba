package io.rollcall.sequencer.storage;

import com.google.protobuf.ByteString;
import io.rollcall.proto.ChainId;
import io.rollcall.proto.XtId;
import io.rollcall.proto.storage.v1.XtEnded;
import io.rollcall.scp.SequencerRecord;
import io.rollcall.sequencer.coordination.Address;
import io.rollcall.sequencer.coordination.JournalEntry;
import io.rollcall.sequencer.coordination.LedgerState;
import io.rollcall.sequencer.coordination.LedgerState.AccountState;
import io.rollcall.sequencer.coordination.TransactionReceipt;
import io.rollcall.service.coordination.NanoClock;
import io.rollcall.service.storage.ArchivedIds;
import io.rollcall.service.storage.ProjectionTables;
import io.rollcall.service.storage.Statements;
import io.rollcall.service.storage.StorageException;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the sequencer's projection holds: the ledger, what is open, and what has ended, for as long
 * as told. The last outcome stays always, because its number is the last that was given. On the
 * projector's thread.
 */
public final class SequencerTables implements ProjectionTables<Settled> {

  /** So many go at once: a few milliseconds. */
  private static final int PRUNED_AT_ONCE = 256;

  /** Of an entry, an account or a receipt, beside what came from outside. */
  private static final int BYTES_OF_OBJECTS = 400;

  /** Number and id of what is remembered, as {@link ArchivedIds#load} wants it. */
  static final String IDS =
      "SELECT number, xt_id FROM outcome WHERE number > ? ORDER BY number LIMIT ?";

  private final ChainId chain;
  private final ByteString genesis;
  private final LedgerState beginning;
  private final int maxReceipts;
  private final Duration detailAge;
  private final long detailCount;
  private final Duration outcomeAge;
  private final NanoClock clock;

  /**
   * Keeps what these bounds allow.
   *
   * @param genesis names what the ledger began with
   * @param beginning what it began with
   * @param maxReceipts of how many transactions the receipts are kept
   * @param detailAge how long details are kept
   * @param detailCount of how many XTs at most
   * @param outcomeAge how long id and outcome are kept
   */
  public SequencerTables(
      ChainId chain,
      ByteString genesis,
      LedgerState beginning,
      int maxReceipts,
      Duration detailAge,
      long detailCount,
      Duration outcomeAge,
      NanoClock clock) {
    this.chain = chain;
    this.genesis = genesis;
    this.beginning = beginning;
    this.maxReceipts = maxReceipts;
    this.detailAge = detailAge;
    this.detailCount = detailCount;
    this.outcomeAge = outcomeAge;
    this.clock = clock;
  }

  @Override
  public void prepare(Statements statements) throws SQLException, StorageException {
    try (ResultSet found = statements.of("SELECT chain_id, genesis FROM ledger").executeQuery()) {
      if (found.next()) {
        requireSame(
            new ChainId(ByteString.copyFrom(found.getBytes(1))),
            ByteString.copyFrom(found.getBytes(2)));
        return;
      }
    }
    PreparedStatement insert = statements.of("INSERT INTO ledger VALUES (?, ?, ?)");
    insert.setBytes(1, chain.bytes().toByteArray());
    insert.setBytes(2, genesis.toByteArray());
    insert.setLong(3, beginning.blockNumber());
    insert.executeUpdate();
    write(statements, beginning.accounts());
  }

  private void requireSame(ChainId keptChain, ByteString keptGenesis) throws StorageException {
    if (!keptChain.equals(chain)) {
      throw new StorageException(
          "what is stored is the ledger of chain %s, and sequencer.chain-id is %s"
              .formatted(keptChain, chain));
    }
    if (!keptGenesis.equals(genesis)) {
      throw new StorageException(
          "what is stored is a ledger that began with other balances than those of"
              + " sequencer.execution.genesis; a genesis cannot be changed later");
    }
  }

  @Override
  public long size(Settled batch) {
    LedgerState changes = batch.changes();
    long size = BYTES_OF_OBJECTS * (1L + changes.accounts().size() + changes.receipts().size());
    for (JournalEntry entry : batch.entries()) {
      size += BYTES_OF_OBJECTS + encoded(entry);
    }
    return size;
  }

  private static int encoded(JournalEntry entry) {
    return switch (entry) {
      case JournalEntry.Machine(SequencerRecord.Submitted submitted) ->
          submitted.xt().encoded().size();
      case JournalEntry.Machine(SequencerRecord.Voted voted) -> voted.xt().encoded().size();
      case JournalEntry.Machine _ -> 0;
      case JournalEntry.Plain(ByteString raw) -> raw.size();
    };
  }

  @Override
  public void apply(Statements statements, List<Settled> batches) throws SQLException {
    Map<Address, AccountState> accounts = new HashMap<>();
    long block = -1;
    for (Settled batch : batches) {
      for (JournalEntry entry : batch.entries()) {
        if (entry instanceof JournalEntry.Machine(SequencerRecord record)) {
          apply(statements, record, entry);
        }
      }
      accounts.putAll(batch.changes().accounts());
      block = batch.changes().blockNumber();
      add(statements, batch.changes().receipts());
    }
    write(statements, accounts);
    PreparedStatement update = statements.of("UPDATE ledger SET block_number = ?");
    update.setLong(1, block);
    update.executeUpdate();
  }

  private static void apply(Statements statements, SequencerRecord record, JournalEntry entry)
      throws SQLException {
    switch (record) {
      case SequencerRecord.Submitted submitted ->
          open(statements, submitted.xt().id(), true, entry);
      case SequencerRecord.Voted voted -> open(statements, voted.xt().id(), false, entry);
      case SequencerRecord.SubmissionRefused refused ->
          close(statements, refused.id(), " AND submission = 1");
      case SequencerRecord.Decided decided -> {
        close(statements, decided.outcome().id(), "");
        end(statements, decided);
      }
    }
  }

  private static void open(Statements statements, XtId id, boolean submission, JournalEntry entry)
      throws SQLException {
    PreparedStatement insert =
        statements.of(
            "INSERT INTO open_entry SELECT coalesce(max(number), 0) + 1, ?, ?, ? FROM open_entry");
    insert.setBytes(1, id.toByteArray());
    insert.setInt(2, submission ? 1 : 0);
    insert.setBytes(3, EntryCodec.encode(entry).toByteArray());
    insert.executeUpdate();
  }

  private static void close(Statements statements, XtId id, String which) throws SQLException {
    PreparedStatement delete = statements.of("DELETE FROM open_entry WHERE xt_id = ?" + which);
    delete.setBytes(1, id.toByteArray());
    delete.executeUpdate();
  }

  private static void end(Statements statements, SequencerRecord.Decided decided)
      throws SQLException {
    XtEnded ended = EntryCodec.encode(decided);
    PreparedStatement outcome = statements.of("INSERT INTO outcome VALUES (?, ?, ?, ?)");
    outcome.setLong(1, decided.number());
    outcome.setBytes(2, decided.outcome().id().toByteArray());
    outcome.setLong(3, decided.outcome().decidedAt());
    outcome.setBytes(4, EntryCodec.withoutDetails(ended).toByteArray());
    outcome.executeUpdate();
    PreparedStatement detail = statements.of("INSERT INTO detail VALUES (?, ?, ?)");
    detail.setLong(1, decided.number());
    detail.setLong(2, decided.outcome().decidedAt());
    detail.setBytes(3, ended.toByteArray());
    detail.executeUpdate();
  }

  private static void write(Statements statements, Map<Address, AccountState> accounts)
      throws SQLException {
    PreparedStatement upsert =
        statements.of(
            """
            INSERT INTO account (address, balance, nonce) VALUES (?, ?, ?)
            ON CONFLICT (address) DO UPDATE SET balance = excluded.balance, nonce = excluded.nonce
            """);
    PreparedStatement delete = statements.of("DELETE FROM account WHERE address = ?");
    for (Map.Entry<Address, AccountState> entry : accounts.entrySet()) {
      byte[] address = entry.getKey().bytes().toByteArray();
      AccountState state = entry.getValue();
      if (state.balance().signum() == 0 && state.nonce() == 0) {
        delete.setBytes(1, address);
        delete.addBatch();
      } else {
        upsert.setBytes(1, address);
        upsert.setString(2, state.balance().toString());
        upsert.setLong(3, state.nonce());
        upsert.addBatch();
      }
    }
    upsert.executeBatch();
    delete.executeBatch();
  }

  private static void add(Statements statements, List<TransactionReceipt> receipts)
      throws SQLException {
    PreparedStatement insert =
        statements.of(
            "INSERT INTO receipt SELECT coalesce(max(number), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM"
                + " receipt");
    for (TransactionReceipt receipt : receipts) {
      insert.setBytes(1, receipt.transactionHash().toByteArray());
      insert.setInt(2, receipt.transactionIndex());
      insert.setLong(3, receipt.blockNumber());
      insert.setBytes(4, receipt.blockHash().toByteArray());
      insert.setBytes(5, receipt.from().bytes().toByteArray());
      insert.setBytes(6, receipt.to().bytes().toByteArray());
      insert.setInt(7, receipt.type());
      insert.setLong(8, receipt.gasUsed());
      insert.setLong(9, receipt.cumulativeGasUsed());
      insert.executeUpdate();
    }
  }

  @Override
  public boolean prune(Statements statements) throws SQLException {
    long now = clock.nanos();
    int receipts =
        delete(
            statements,
            "DELETE FROM receipt WHERE number <= (SELECT max(number) FROM receipt) - ?",
            maxReceipts);
    int details =
        delete(
            statements,
            oldest("detail", "number <= (SELECT max(number) FROM detail) - ?"),
            detailCount);
    int oldDetails =
        delete(statements, oldest("detail", "decided_nanos < ?"), now - detailAge.toNanos());
    int outcomes =
        delete(
            statements,
            oldest("outcome", "decided_nanos < ? AND number < (SELECT max(number) FROM outcome)"),
            now - outcomeAge.toNanos());
    return receipts + details + oldDetails + outcomes >= PRUNED_AT_ONCE;
  }

  private static String oldest(String table, String which) {
    return "DELETE FROM %s WHERE %s AND number IN (SELECT number FROM %s ORDER BY number LIMIT %d)"
        .formatted(table, which, table, PRUNED_AT_ONCE);
  }

  private static int delete(Statements statements, String statement, long bound)
      throws SQLException {
    PreparedStatement delete = statements.of(statement);
    delete.setLong(1, bound);
    return delete.executeUpdate();
  }

  /** The ledger as it is kept. */
  static LedgerState ledger(Connection connection) throws SQLException {
    Map<Address, AccountState> accounts = new HashMap<>();
    List<TransactionReceipt> receipts = new ArrayList<>();
    long block = 0;
    try (Statement statement = connection.createStatement()) {
      try (ResultSet found = statement.executeQuery("SELECT block_number FROM ledger")) {
        if (found.next()) {
          block = found.getLong(1);
        }
      }
      try (ResultSet found =
          statement.executeQuery("SELECT address, balance, nonce FROM account")) {
        while (found.next()) {
          accounts.put(
              address(found, 1),
              new AccountState(new BigInteger(found.getString(2)), found.getLong(3)));
        }
      }
      try (ResultSet found = statement.executeQuery("SELECT * FROM receipt ORDER BY number")) {
        while (found.next()) {
          receipts.add(
              new TransactionReceipt(
                  ByteString.copyFrom(found.getBytes(2)),
                  found.getInt(3),
                  found.getLong(4),
                  ByteString.copyFrom(found.getBytes(5)),
                  address(found, 6),
                  address(found, 7),
                  found.getInt(8),
                  found.getLong(9),
                  found.getLong(10)));
        }
      }
    }
    return new LedgerState(block, accounts, receipts);
  }

  private static Address address(ResultSet found, int column) throws SQLException {
    return new Address(ByteString.copyFrom(found.getBytes(column)));
  }
}
