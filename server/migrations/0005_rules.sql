-- How this court weighed the rules, each set from when it began: a seal may have been made under an
-- earlier one. `version` is the one of the limits that carried it to the phones.
CREATE TABLE rule_sets (
    version BIGINT NOT NULL PRIMARY KEY,
    since_ms BIGINT NOT NULL,
    rules TEXT NOT NULL
);

-- Courts that were served before this table had the built-in weights.
INSERT INTO rule_sets (version, since_ms, rules)
SELECT 0, 0, '{"overrides":{},"excess_percent":120,"forced_sale_percent":100}' FROM meta WHERE name = 'limits';
