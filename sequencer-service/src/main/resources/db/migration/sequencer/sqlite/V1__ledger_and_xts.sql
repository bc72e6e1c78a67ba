-- The embedded ledger as of a row of the journal. One row.
CREATE TABLE ledger (
  chain_id BLOB NOT NULL,
  -- SHA-256 over the balances it began with.
  genesis BLOB NOT NULL,
  block_number INTEGER NOT NULL
);

CREATE TABLE account (
  address BLOB PRIMARY KEY,
  -- Wei, decimal.
  balance TEXT NOT NULL,
  nonce INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE receipt (
  number INTEGER PRIMARY KEY,
  transaction_hash BLOB NOT NULL,
  transaction_index INTEGER NOT NULL,
  block_number INTEGER NOT NULL,
  block_hash BLOB NOT NULL,
  sender BLOB NOT NULL,
  recipient BLOB NOT NULL,
  type INTEGER NOT NULL,
  gas_used INTEGER NOT NULL,
  cumulative_gas_used INTEGER NOT NULL
);

-- Votes and submissions without an outcome, as their entries of sequencer_journal.proto.
CREATE TABLE open_entry (
  number INTEGER PRIMARY KEY,
  xt_id BLOB NOT NULL,
  submission INTEGER NOT NULL,
  entry BLOB NOT NULL
);
CREATE INDEX open_entry_by_id ON open_entry (xt_id);

-- XTs that have ended. Kept for sequencer.retention.outcomes.
CREATE TABLE outcome (
  number INTEGER PRIMARY KEY,
  xt_id BLOB NOT NULL,
  decided_nanos INTEGER NOT NULL,
  -- An XtEnded without chains and vote.
  xt BLOB NOT NULL
);
CREATE UNIQUE INDEX outcome_by_id ON outcome (xt_id);

-- Kept for sequencer.retention.age, and no more than sequencer.retention.count.
CREATE TABLE detail (
  number INTEGER PRIMARY KEY,
  decided_nanos INTEGER NOT NULL,
  -- An XtEnded.
  xt BLOB NOT NULL
);
