-- What records come to by the newest case list (核对名册): one match each, and questions that wait for a
-- person. All of it can be judged again from records, lists and the office's entries.

-- By what a case is found beside its number: 'first' the number of the first case of a 执恢, 'main' the
-- number that 并入 names, 'code' the last four characters of a debtor's code ('' where they are masked),
-- 'sum' an amount in fen. Filled when the server opens where it is empty.
CREATE TABLE case_keys (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    case_id TEXT NOT NULL,
    PRIMARY KEY (kind, key, case_id)
);
CREATE INDEX case_keys_case ON case_keys (case_id);

-- Which list a phone held, since which row of the log: records that came after it were made against it.
CREATE TABLE lists_held (
    journal TEXT NOT NULL REFERENCES journals (id),
    since BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (journal, since)
);

CREATE TABLE outcomes (
    subject TEXT PRIMARY KEY REFERENCES records (subject),
    record TEXT NOT NULL,
    act TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    matched TEXT NOT NULL,
    named TEXT,
    case_id TEXT,
    main_id TEXT,
    -- Where it counts: where people put it, else where the match leads.
    belongs TEXT,
    candidates TEXT NOT NULL,
    others TEXT NOT NULL,
    waits BIGINT NOT NULL
);
CREATE INDEX outcomes_waits ON outcomes (at_ms, subject) WHERE waits > 0;
CREATE INDEX outcomes_belongs ON outcomes (belongs, act, at_ms);
CREATE INDEX outcomes_matched ON outcomes (matched);

-- The match and each finding of an outcome: on what it rests, since which list, whether it waits.
CREATE TABLE outcome_questions (
    subject TEXT NOT NULL REFERENCES outcomes (subject),
    question TEXT NOT NULL,
    place BIGINT NOT NULL,
    said TEXT NOT NULL,
    since BIGINT NOT NULL,
    waits BIGINT NOT NULL,
    PRIMARY KEY (subject, question)
);
CREATE INDEX outcome_questions_waits ON outcome_questions (question) WHERE waits > 0;

-- The cases that an outcome looked at: when a list changes one of them, it is judged again.
CREATE TABLE outcome_cases (
    case_id TEXT NOT NULL,
    subject TEXT NOT NULL REFERENCES outcomes (subject),
    PRIMARY KEY (case_id, subject)
);
CREATE INDEX outcome_cases_subject ON outcome_cases (subject);

-- What the things of sealed records are known by.
CREATE TABLE asset_keys (
    key TEXT NOT NULL,
    subject TEXT NOT NULL REFERENCES outcomes (subject),
    PRIMARY KEY (key, subject)
);
CREATE INDEX asset_keys_subject ON asset_keys (subject);

-- What the office concluded goes to the record's author even where the case is not his.
CREATE INDEX entries_concluded ON entries (verdict_number, seq) WHERE kind = 'concluded';

-- What a phone signed about its journal's end, as it closed the newest piece: with the receipt it shows to an
-- outsider that the journal is the officer's.
ALTER TABLE journals ADD COLUMN checkpoint TEXT;
