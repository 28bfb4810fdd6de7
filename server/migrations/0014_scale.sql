-- A large court (100,000 cases, 1,000,000 entries): what pages and phones ask for is looked up, never read
-- whole, counted or sorted anew. `tests/plans` reads the plan of every statement.

-- The board: newest acts first; the same by question.
CREATE INDEX outcomes_at ON outcomes (at_ms, subject);
ALTER TABLE outcome_questions ADD COLUMN at_ms BIGINT NOT NULL DEFAULT 0;
UPDATE outcome_questions SET at_ms = COALESCE(
    (SELECT o.at_ms FROM outcomes o WHERE o.subject = outcome_questions.subject), 0);
CREATE INDEX outcome_questions_at ON outcome_questions (question, at_ms, subject);
DROP INDEX outcome_questions_waits;
CREATE INDEX outcome_questions_waits ON outcome_questions (question, at_ms, subject) WHERE waits > 0;

-- How many outcomes there are (question '') and how many wait, by question: kept with every outcome, and
-- counted anew when a server opens, for one of an earlier version may have written meanwhile.
CREATE TABLE outcome_tally (
    question TEXT PRIMARY KEY,
    known BIGINT NOT NULL,
    waiting BIGINT NOT NULL
);
INSERT INTO outcome_tally (question, known, waiting)
SELECT '', COUNT(*), COALESCE(SUM(CASE WHEN waits > 0 THEN 1 ELSE 0 END), 0) FROM outcomes;
INSERT INTO outcome_tally (question, known, waiting)
SELECT question, COUNT(*), SUM(CASE WHEN waits > 0 THEN 1 ELSE 0 END) FROM outcome_questions GROUP BY question;

-- Whether the evidence that an entry names is here (1). What is waited for is few among all names.
ALTER TABLE evidence_names ADD COLUMN here BIGINT NOT NULL DEFAULT 0;
UPDATE evidence_names SET here = 1 WHERE EXISTS (SELECT 1 FROM evidence e WHERE e.hash = evidence_names.hash);
CREATE INDEX evidence_names_waiting ON evidence_names (journal, seq) WHERE here = 0;
CREATE INDEX evidence_custody_hash ON evidence_custody (hash, journal);

-- Photos that a journal delivered: kept with each, counted anew when a server opens.
ALTER TABLE journals ADD COLUMN photos BIGINT NOT NULL DEFAULT 0;
UPDATE journals SET photos = (SELECT COUNT(*) FROM evidence_custody c WHERE c.journal = journals.id);

-- Records by act; by case in the order of pages; those that came since a row of the log.
CREATE INDEX records_act ON records (act, opened_ms, subject);
DROP INDEX records_case;
CREATE INDEX records_case ON records (case_id, opened_ms, subject);
DROP INDEX records_contested;
CREATE INDEX records_contested ON records (opened_ms, subject) WHERE contested > 0;
CREATE INDEX records_first ON records (first_number);

-- Orders to erase bytes are rare, and looked for among all entries.
CREATE INDEX entries_erased ON entries (verdict_number) WHERE kind = 'bytes_erased';

-- The audit log newest first, by act, by person and act, by person and day; phones by officer.
CREATE INDEX audit_act_number ON audit (act, number);
CREATE INDEX audit_user_act ON audit (user_id, act, number);
CREATE INDEX audit_user_at ON audit (user_id, at_ms);
CREATE INDEX journals_officer ON journals (officer);
