-- Indices that no statement reads, each written with every entry, record or case: the first by a hash, at
-- another place of it each time.
DROP INDEX entries_hash;
DROP INDEX records_number;
DROP INDEX records_changed;
DROP INDEX cases_filed;
