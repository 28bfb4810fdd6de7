-- Who sees which case (视野): the 承办人 of the list, and whoever was given the case (指派, decision 0015).
-- By the name that a person has in the list: those who work under one name see the same.
CREATE TABLE scope (
    officer TEXT NOT NULL,
    case_id TEXT NOT NULL,
    -- Row of the log with which the case came into the scope.
    since BIGINT NOT NULL,
    -- Row of the log with which phones last had something new of it.
    changed BIGINT NOT NULL,
    PRIMARY KEY (officer, case_id)
);
INSERT INTO scope (officer, case_id, since, changed)
SELECT officer, id, scope_number, changed_number FROM cases WHERE officer <> '';
CREATE INDEX scope_since ON scope (officer, since);
CREATE INDEX scope_changed ON scope (officer, changed);
CREATE INDEX scope_case ON scope (case_id);

-- A case is in a scope or left it, never both.
DELETE FROM scope_removals WHERE EXISTS
(SELECT 1 FROM scope s WHERE s.officer = scope_removals.officer AND s.case_id = scope_removals.case_id);
CREATE INDEX scope_removals_case ON scope_removals (case_id);

DROP INDEX cases_came;
DROP INDEX cases_scope;
ALTER TABLE cases DROP COLUMN scope_number;
ALTER TABLE cases DROP COLUMN changed_number;

-- Cases given to officers beside the list, and taken back (撤回): rows are ended, never removed.
CREATE TABLE assignments (
    -- Row of the log that gave it.
    number BIGINT PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (id),
    officer TEXT NOT NULL REFERENCES users (id),
    reason TEXT NOT NULL,
    given_by TEXT REFERENCES users (id),
    given_ms BIGINT NOT NULL,
    taken_reason TEXT NOT NULL DEFAULT '',
    taken_by TEXT REFERENCES users (id),
    taken_ms BIGINT
);
CREATE UNIQUE INDEX assignments_standing ON assignments (case_id, officer) WHERE taken_ms IS NULL;
CREATE INDEX assignments_case ON assignments (case_id, number);
