-- The console's lists: records by time and officer, what came since a moment.
CREATE INDEX records_opened ON records (opened_ms, subject);
CREATE INDEX records_officer ON records (officer, opened_ms, subject);
CREATE INDEX log_at ON log (at_ms);
CREATE INDEX entries_log ON entries (log_number);
