-- Digests (摘要) over the entries that officers may see, to be compared with what their phones hold
-- (decision 0008). Kept with every write: per place and journal the sum modulo 2^256 of the hashes of the
-- entries that stand in its records; '' for released entries of forks. A place is 'c' and the id of a case, or
-- 'o' and the id of the officer who opened records of no known case.
CREATE TABLE digests (
    place TEXT NOT NULL,
    journal TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (place, journal)
);

-- The place under which a record is counted; '': not yet. Records of before are counted when the server opens.
ALTER TABLE records ADD COLUMN counted TEXT NOT NULL DEFAULT '';
CREATE INDEX records_counted ON records (counted, subject);
