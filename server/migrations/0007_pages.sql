-- Entries of a row of the log in the order of their numbers: pages are cut without sorting.
DROP INDEX entries_log;
CREATE INDEX entries_log ON entries (log_number, seq);

-- What tus clients said of an upload is told again to them (`HEAD`). A length of 0: not said yet.
ALTER TABLE uploads ADD COLUMN metadata TEXT NOT NULL DEFAULT '';
