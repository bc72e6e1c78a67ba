-- Up to which row of which log the projection has come. One row.
CREATE TABLE position (
  log_identity TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  row_hash BLOB NOT NULL
);
