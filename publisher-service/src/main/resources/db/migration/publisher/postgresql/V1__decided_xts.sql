-- The decided XTs, by the number of their decision: what answers questions about those that are no
-- longer in memory. Everything here can be made again from the log while that is whole.

-- Kept for publisher.retention.outcomes.
CREATE TABLE outcome (
  number BIGINT PRIMARY KEY,
  xt_id BYTEA NOT NULL,
  state SMALLINT NOT NULL,
  reason TEXT NOT NULL,
  decided_nanos BIGINT NOT NULL
);
CREATE UNIQUE INDEX outcome_by_id ON outcome (xt_id);

-- Kept for publisher.retention.age, and no more than publisher.retention.count.
CREATE TABLE detail (
  number BIGINT PRIMARY KEY,
  state SMALLINT NOT NULL,
  decided_nanos BIGINT NOT NULL,
  -- An XtDecided of publisher_log.proto.
  xt BYTEA NOT NULL
);
CREATE INDEX detail_by_state ON detail (state, number);

-- As long as the detail.
CREATE TABLE participant (
  chain_id BYTEA NOT NULL,
  number BIGINT NOT NULL,
  state SMALLINT NOT NULL,
  PRIMARY KEY (chain_id, number)
);
