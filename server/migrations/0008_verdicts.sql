-- A verdict may come later than its entry: what was held stands once what it waited for is here, or a
-- person released it. Records are folded in the order in which entries came to stand.

-- Row of the log with which an entry got the verdict that it has.
ALTER TABLE entries ADD COLUMN verdict_number BIGINT NOT NULL DEFAULT 0;
UPDATE entries SET verdict_number = log_number;
DROP INDEX entries_log;
CREATE INDEX entries_judged ON entries (verdict_number, seq);
DROP INDEX entries_subject;
CREATE INDEX entries_subject ON entries (subject, verdict_number, seq);
-- Verdicts that came later, which phones are told; entries that wait.
CREATE INDEX entries_late ON entries (journal, verdict_number) WHERE verdict_number <> log_number;
DROP INDEX entries_held;
CREATE INDEX entries_waiting ON entries (subject, journal, seq) WHERE verdict = 'held' AND reason <> 'outside_seal';

-- Forked entries wait for a person, who may let them stand in their records; the chain stays as it is.
ALTER TABLE forked_entries ADD COLUMN subject TEXT;
ALTER TABLE forked_entries ADD COLUMN kind TEXT;
ALTER TABLE forked_entries ADD COLUMN verdict TEXT NOT NULL DEFAULT 'held';
ALTER TABLE forked_entries ADD COLUMN reason TEXT DEFAULT 'fork';
ALTER TABLE forked_entries ADD COLUMN verdict_number BIGINT NOT NULL DEFAULT 0;
CREATE INDEX forked_subject ON forked_entries (subject);
CREATE INDEX forked_names_subject ON forked_names (subject);

-- The journals in which the office itself writes (1).
ALTER TABLE journals ADD COLUMN office BIGINT NOT NULL DEFAULT 0;
CREATE INDEX audit_act ON audit (act, at_ms);

-- Fields of a record in which values stand against each other.
ALTER TABLE records ADD COLUMN contested BIGINT NOT NULL DEFAULT 0;
CREATE INDEX records_contested ON records (opened_ms) WHERE contested > 0;
