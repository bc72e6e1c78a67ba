-- Up to which row of which log the projection has come. One row.
CREATE TABLE position (
  log_identity TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  row_hash BYTEA NOT NULL
);
