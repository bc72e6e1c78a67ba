-- The embedded ledger as of a row of the journal. One row.
CREATE TABLE ledger (
  chain_id BYTEA NOT NULL,
  -- SHA-256 over the balances it began with.
  genesis BYTEA NOT NULL,
  block_number BIGINT NOT NULL
);

CREATE TABLE account (
  address BYTEA PRIMARY KEY,
  -- Wei, decimal.
  balance TEXT NOT NULL,
  nonce BIGINT NOT NULL
);

CREATE TABLE receipt (
  number BIGINT PRIMARY KEY,
  transaction_hash BYTEA NOT NULL,
  transaction_index INTEGER NOT NULL,
  block_number BIGINT NOT NULL,
  block_hash BYTEA NOT NULL,
  sender BYTEA NOT NULL,
  recipient BYTEA NOT NULL,
  type INTEGER NOT NULL,
  gas_used BIGINT NOT NULL,
  cumulative_gas_used BIGINT NOT NULL
);

-- Votes and submissions without an outcome, as their entries of sequencer_journal.proto.
CREATE TABLE open_entry (
  number BIGINT PRIMARY KEY,
  xt_id BYTEA NOT NULL,
  submission INTEGER NOT NULL,
  entry BYTEA NOT NULL
);
CREATE INDEX open_entry_by_id ON open_entry (xt_id);

-- XTs that have ended. Kept for sequencer.retention.outcomes.
CREATE TABLE outcome (
  number BIGINT PRIMARY KEY,
  xt_id BYTEA NOT NULL,
  decided_nanos BIGINT NOT NULL,
  -- An XtEnded without chains and vote.
  xt BYTEA NOT NULL
);
CREATE UNIQUE INDEX outcome_by_id ON outcome (xt_id);

-- Kept for sequencer.retention.age, and no more than sequencer.retention.count.
CREATE TABLE detail (
  number BIGINT PRIMARY KEY,
  decided_nanos BIGINT NOT NULL,
  -- An XtEnded.
  xt BYTEA NOT NULL
);
