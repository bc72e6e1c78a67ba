-- The decided XTs that a chain took part in, a row for up to a hundred of them that were written
-- together: one row for each of them was the larger part of what was written.
CREATE TABLE participation (
  chain_id BYTEA NOT NULL,
  -- The smallest and the largest number in the row; those of other rows of the chain lie outside.
  first_number BIGINT NOT NULL,
  last_number BIGINT NOT NULL,
  -- Of each XT, by number: the number in 8 bytes, the highest first, and the state in one.
  xts BYTEA NOT NULL,
  PRIMARY KEY (chain_id, first_number)
);
CREATE INDEX participation_by_last ON participation (last_number);

INSERT INTO participation
SELECT chain_id, number, number, int8send(number) || substring(int2send(state) from 2) FROM participant;

DROP TABLE participant;
