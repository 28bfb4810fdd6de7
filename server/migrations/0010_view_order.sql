-- Records whose case was named after they began are few: what came with their case is found among them
-- alone.

-- A row of the log that is no newer than any entry that stands in the record.
ALTER TABLE records ADD COLUMN first_number BIGINT NOT NULL DEFAULT 0;
UPDATE records SET first_number = COALESCE(
    (SELECT MIN(e.verdict_number) FROM entries e WHERE e.subject = records.subject), 0);
CREATE INDEX records_named ON records (case_number) WHERE case_number > first_number;

-- Entries as they came to stand, those of the journal that asks passed over without being read.
DROP INDEX entries_judged;
CREATE INDEX entries_judged ON entries (verdict_number, seq, journal);
