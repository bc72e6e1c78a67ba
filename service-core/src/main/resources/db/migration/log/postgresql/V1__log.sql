-- What this is, and which one.
CREATE TABLE about (
  kind TEXT NOT NULL,
  identity TEXT NOT NULL
);

-- One row per sync; only ever added to at its end, and trimmed at its beginning.
CREATE TABLE log (
  sequence BIGINT PRIMARY KEY,
  epoch BIGINT NOT NULL,
  version INTEGER NOT NULL,
  crc32c BIGINT NOT NULL,
  previous_hash BYTEA NOT NULL,
  batch BYTEA NOT NULL
);
