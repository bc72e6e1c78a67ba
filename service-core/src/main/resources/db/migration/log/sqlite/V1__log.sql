-- What this is, and which one.
CREATE TABLE about (
  kind TEXT NOT NULL,
  identity TEXT NOT NULL
);

-- One row per sync; only ever added to at its end, and trimmed at its beginning.
CREATE TABLE log (
  sequence INTEGER PRIMARY KEY,
  epoch INTEGER NOT NULL,
  version INTEGER NOT NULL,
  crc32c INTEGER NOT NULL,
  previous_hash BLOB NOT NULL,
  batch BLOB NOT NULL
);
