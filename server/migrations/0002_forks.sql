-- Entries that a journal signed beside others of the same number (fork): kept as evidence of the
-- fork and for release by a person; never part of the chain.
CREATE TABLE forked_entries (
    journal TEXT NOT NULL REFERENCES journals (id),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    link TEXT NOT NULL,
    bytes BYTEA NOT NULL,
    received_ms BIGINT NOT NULL,
    PRIMARY KEY (journal, link)
);

-- All bytes of the upload are there and have the announced hash; it waits for an entry that names it.
ALTER TABLE uploads ADD COLUMN whole BIGINT NOT NULL DEFAULT 0;
CREATE INDEX uploads_journal ON uploads (journal, hash);
CREATE INDEX uploads_expiry ON uploads (expires_ms);
CREATE INDEX evidence_names_journal ON evidence_names (journal, hash);
CREATE INDEX tokens_journal ON tokens (journal);
CREATE INDEX tokens_expiry ON tokens (expires_ms);
CREATE INDEX audit_journal ON audit (journal, act);

-- Two lines of a journal that do not read may hold the same bytes; they must not block what follows.
DROP INDEX entries_hash;
CREATE INDEX entries_hash ON entries (hash);

-- A held entry holds its journal's later ones on that subject: found without reading the journal.
CREATE INDEX entries_held ON entries (journal, subject) WHERE verdict = 'held';
