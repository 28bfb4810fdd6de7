-- Entries of others come down with the case that they are about. What an officer has not been sent is
-- what came to the log, to the case or with the case into his scope after his cursor: three numbers of
-- the log, of which the largest counts.

-- Row of the log with which a case came into the scope of its officer.
ALTER TABLE cases ADD COLUMN scope_number BIGINT NOT NULL DEFAULT 0;
CREATE INDEX cases_came ON cases (officer, scope_number);

-- Row of the log with which a record came to its case.
ALTER TABLE records ADD COLUMN case_number BIGINT NOT NULL DEFAULT 0;
CREATE INDEX records_came ON records (case_number);
