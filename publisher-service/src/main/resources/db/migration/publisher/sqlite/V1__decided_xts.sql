-- The decided XTs, by the number of their decision: what answers questions about those that are no
-- longer in memory. Everything here can be made again from the log while that is whole.

-- Kept for publisher.retention.outcomes.
CREATE TABLE outcome (
  number INTEGER PRIMARY KEY,
  xt_id BLOB NOT NULL,
  state INTEGER NOT NULL,
  reason TEXT NOT NULL,
  decided_nanos INTEGER NOT NULL
);
CREATE UNIQUE INDEX outcome_by_id ON outcome (xt_id);

-- Kept for publisher.retention.age, and no more than publisher.retention.count.
CREATE TABLE detail (
  number INTEGER PRIMARY KEY,
  state INTEGER NOT NULL,
  decided_nanos INTEGER NOT NULL,
  -- An XtDecided of publisher_log.proto.
  xt BLOB NOT NULL
);
CREATE INDEX detail_by_state ON detail (state, number);

-- As long as the detail.
CREATE TABLE participant (
  chain_id BLOB NOT NULL,
  number INTEGER NOT NULL,
  state INTEGER NOT NULL,
  PRIMARY KEY (chain_id, number)
) WITHOUT ROWID;
