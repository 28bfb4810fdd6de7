-- The court's database. The same file runs on SQLite and PostgreSQL: BIGINT for numbers, times (ms UTC) and
-- booleans (0/1), BYTEA for bytes, TEXT for the rest; ids and hashes are lower-case hexadecimal text.
-- Migrations only append (docs/OPERATIONS.md).

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- The one log: every accepted piece, office act and import is a row. Numbered from a counter row that is
-- locked until commit, never from a sequence: rows would become visible out of order.
CREATE TABLE log_counter (
    id BIGINT PRIMARY KEY,
    number BIGINT NOT NULL,
    link TEXT NOT NULL
);
INSERT INTO log_counter (id, number, link)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

CREATE TABLE log (
    number BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    journal TEXT,
    body TEXT NOT NULL,
    hash TEXT NOT NULL,
    link TEXT NOT NULL
);

-- People: field officers and office users alike.
CREATE TABLE users (
    id TEXT PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    list_name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT,
    disabled BIGINT NOT NULL DEFAULT 0,
    failures BIGINT NOT NULL DEFAULT 0,
    blocked_until_ms BIGINT NOT NULL DEFAULT 0,
    created_ms BIGINT NOT NULL
);

CREATE TABLE web_sessions (
    token_hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    csrf TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    seen_ms BIGINT NOT NULL,
    lang TEXT NOT NULL
);

-- Enrolment codes: kept as hashes, good once.
CREATE TABLE enrol_codes (
    code_hash TEXT PRIMARY KEY,
    officer TEXT NOT NULL REFERENCES users (id),
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    used_by TEXT
);

CREATE TABLE journals (
    id TEXT PRIMARY KEY,
    officer TEXT NOT NULL REFERENCES users (id),
    device TEXT NOT NULL,
    device_name TEXT NOT NULL,
    public_key TEXT NOT NULL,
    cause TEXT NOT NULL,
    parent TEXT,
    entry_hash TEXT NOT NULL,
    certificate TEXT NOT NULL,
    head_seq BIGINT NOT NULL,
    head_link TEXT NOT NULL,
    announced_seq BIGINT NOT NULL,
    announced_link TEXT NOT NULL,
    receipt TEXT,
    enrolled_ms BIGINT NOT NULL,
    seen_ms BIGINT NOT NULL,
    revoked_ms BIGINT
);

CREATE TABLE tokens (
    token_hash TEXT PRIMARY KEY,
    journal TEXT NOT NULL REFERENCES journals (id),
    expires_ms BIGINT NOT NULL
);

-- Entries, byte for byte as they came. `verdict` and `reason` may change later; bytes, hash and link never.
CREATE TABLE entries (
    journal TEXT NOT NULL REFERENCES journals (id),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    link TEXT NOT NULL,
    bytes BYTEA NOT NULL,
    log_number BIGINT NOT NULL,
    subject TEXT,
    kind TEXT,
    verdict TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (journal, seq)
);
CREATE UNIQUE INDEX entries_hash ON entries (journal, hash);
CREATE INDEX entries_subject ON entries (subject, log_number, seq);

-- Records folded from entries: can be rebuilt.
CREATE TABLE records (
    subject TEXT PRIMARY KEY,
    act TEXT NOT NULL,
    case_id TEXT,
    number_typed TEXT NOT NULL,
    number_normal TEXT,
    officer TEXT NOT NULL,
    journal TEXT NOT NULL,
    place TEXT NOT NULL,
    opened_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    changed_number BIGINT NOT NULL,
    view TEXT NOT NULL
);
CREATE INDEX records_case ON records (case_id, opened_ms);
CREATE INDEX records_number ON records (number_normal);
CREATE INDEX records_changed ON records (changed_ms);

-- Evidence: objects by hash, stored once; who delivered them; which entries name them.
CREATE TABLE evidence (
    hash TEXT PRIMARY KEY,
    length BIGINT NOT NULL,
    media TEXT,
    width BIGINT,
    height BIGINT,
    received_ms BIGINT NOT NULL,
    verified_ms BIGINT
);

CREATE TABLE evidence_custody (
    journal TEXT NOT NULL REFERENCES journals (id),
    hash TEXT NOT NULL REFERENCES evidence (hash),
    received_ms BIGINT NOT NULL,
    receipt TEXT,
    PRIMARY KEY (journal, hash)
);

CREATE TABLE evidence_names (
    journal TEXT NOT NULL REFERENCES journals (id),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (journal, seq)
);
CREATE INDEX evidence_names_hash ON evidence_names (hash);
CREATE INDEX evidence_names_subject ON evidence_names (subject);

CREATE TABLE uploads (
    id TEXT PRIMARY KEY,
    journal TEXT NOT NULL REFERENCES journals (id),
    hash TEXT NOT NULL,
    length BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL
);

-- Case lists: each import is a version; a rollback is a version too, with the former values.
CREATE TABLE lists (
    version BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    file_name TEXT NOT NULL,
    file_sha256 TEXT NOT NULL,
    applied_ms BIGINT NOT NULL,
    applied_by TEXT NOT NULL,
    reason TEXT,
    rolls_back BIGINT,
    summary TEXT NOT NULL,
    log_number BIGINT NOT NULL
);

CREATE TABLE cases (
    id TEXT PRIMARY KEY,
    number TEXT NOT NULL,
    kind TEXT NOT NULL,
    officer TEXT NOT NULL,
    stage TEXT NOT NULL,
    stay TEXT NOT NULL,
    filed_on TEXT,
    due_on TEXT,
    closed_on TEXT,
    remaining_fen BIGINT,
    search_text TEXT NOT NULL,
    body TEXT NOT NULL,
    first_version BIGINT NOT NULL,
    list_version BIGINT NOT NULL,
    absent BIGINT NOT NULL,
    changed_number BIGINT NOT NULL
);
CREATE INDEX cases_number ON cases (number);
CREATE INDEX cases_scope ON cases (officer, changed_number);
CREATE INDEX cases_filed ON cases (filed_on, id);

-- Former numbers of renumbered cases: both are searchable.
CREATE TABLE case_aliases (
    number TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    until_version BIGINT NOT NULL,
    PRIMARY KEY (number, case_id)
);
CREATE INDEX case_aliases_case ON case_aliases (case_id);

-- What each list version changed, with the values before: rollback is made from it.
CREATE TABLE case_changes (
    version BIGINT NOT NULL REFERENCES lists (version),
    case_id TEXT NOT NULL,
    kinds TEXT NOT NULL,
    before TEXT,
    after TEXT,
    PRIMARY KEY (version, case_id)
);
CREATE INDEX case_changes_case ON case_changes (case_id, version);

-- Cases that left an officer's scope: his phone is told.
CREATE TABLE scope_removals (
    officer TEXT NOT NULL,
    case_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (officer, case_id)
);
CREATE INDEX scope_removals_number ON scope_removals (officer, number);

-- What people did, by ids and counts alone; linked over row hashes so that bodies can expire.
CREATE TABLE audit (
    number BIGINT PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    user_id TEXT,
    journal TEXT,
    act TEXT NOT NULL,
    object TEXT,
    hash TEXT NOT NULL,
    link TEXT NOT NULL
);
