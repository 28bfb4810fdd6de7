-- Multiplies a small court until it is a large one. What the real path made (cases, sealed records with their
-- entries and outcomes, a journal, receipts, lists) is copied under new ids, numbers, officers and days; words
-- in braces are put in by `fill.rs`. Told honestly:
--   * hashes and links of copied rows are random text: chains do not check, and `verify` would say so;
--   * copied entries are the bytes of an entry that was made on a phone, with the ids of record and evidence
--     put in anew; they are not canonical where an id is shorter or longer, which none is;
--   * some rows are turned into what is rare (held, contested, judged late, concluded, unmatched, missing
--     evidence, incidents) by their columns alone: what their bytes say is another thing;
--   * of the tables that stay small (tokens, sessions, codes, uploads, forks, gaps) nothing is copied.

CREATE TEMP TABLE base AS SELECT
    (SELECT number FROM log_counter) AS log,
    (SELECT MAX(number) FROM audit) AS audit,
    (SELECT MAX(at_ms) FROM log) AS now,
    (SELECT MAX(version) FROM lists) AS lists,
    (SELECT MAX(log_number) FROM lists) AS listed;

CREATE TEMP TABLE n (i INTEGER PRIMARY KEY);
INSERT INTO n WITH RECURSIVE up(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM up WHERE i < {most})
SELECT i FROM up;

-- 200 officers, of whom two are real, with two phones each.
INSERT INTO users (id, login, name, list_name, role, created_ms)
SELECT printf('%032x', 11000000 + i), 'officer' || i, '某' || i, printf('承办%03d', i), 'officer', base.now
FROM n, base WHERE i BETWEEN 2 AND 199;
CREATE TEMP TABLE officers (u INTEGER PRIMARY KEY, id TEXT, list_name TEXT);
INSERT INTO officers SELECT 0, id, list_name FROM users WHERE login = 'wang';
INSERT INTO officers SELECT 1, id, list_name FROM users WHERE login = 'chen';
INSERT INTO officers SELECT CAST(substr(login, 8) AS INTEGER), id, list_name FROM users WHERE login LIKE 'officer%';
CREATE TEMP TABLE fleet (j INTEGER PRIMARY KEY, id TEXT, officer TEXT);
INSERT INTO fleet SELECT i - 1, printf('%032x', 12000000 + i), o.id
FROM n JOIN officers o ON o.u = (i - 1) % 200 WHERE i <= 400;
CREATE TEMP TABLE phone AS SELECT * FROM journals WHERE officer = (SELECT id FROM officers WHERE u = 0);
INSERT INTO journals (id, officer, device, device_name, public_key, cause, parent, entry_hash, certificate,
    head_seq, head_link, announced_seq, announced_link, receipt, enrolled_ms, seen_ms, revoked_ms, office, checkpoint)
SELECT f.id, f.officer, f.id, '手机' || f.j, s.public_key, s.cause, NULL, s.entry_hash, s.certificate,
    {records} / 40 + 1, s.head_link, {records} / 40 + 1 + CASE WHEN f.j % 20 = 0 THEN 5 ELSE 0 END, s.head_link,
    s.receipt, s.enrolled_ms, s.seen_ms - f.j * 3600000, NULL, 0, s.checkpoint
FROM fleet f, phone s;

-- A list every week for a year, each of which changed some hundred cases.
INSERT INTO lists (version, kind, file_name, file_sha256, applied_ms, applied_by, reason, rolls_back, summary, log_number)
SELECT base.lists + i, s.kind, s.file_name, s.file_sha256, s.applied_ms, s.applied_by, s.reason, s.rolls_back,
    s.summary, s.log_number
FROM n, base JOIN lists s ON s.version = base.lists WHERE i <= 50;
INSERT INTO lists_held (journal, since, version)
SELECT f.id, base.log - base.lists + l.version, l.version FROM fleet f, base, lists l WHERE l.version > base.lists;

-- Cases: every 200th is Wang's.
CREATE TEMP TABLE case_seeds AS SELECT row_number() OVER (ORDER BY id) - 1 AS k, * FROM cases;
CREATE INDEX temp.case_seeds_k ON case_seeds (k);
CREATE TEMP TABLE new_cases (c INTEGER PRIMARY KEY, id TEXT, number TEXT, officer TEXT, stage TEXT, k INTEGER);
INSERT INTO new_cases SELECT i, printf('44011590%08d', i), printf('（%d）粤0115执%d号', 2014 + i % 6, 10000 + i / 6),
    o.list_name,
    CASE i % 4 WHEN 0 THEN '查控指挥' WHEN 1 THEN '外勤行动' WHEN 2 THEN '财产处置' ELSE '结案复查' END,
    i % (SELECT COUNT(*) FROM case_seeds)
FROM n JOIN officers o ON o.u = i % 200 WHERE i <= {cases};
INSERT INTO cases (id, number, kind, officer, stage, stay, filed_on, due_on, closed_on, remaining_fen, search_text,
    body, first_version, list_version, absent)
SELECT c.id, c.number, s.kind, c.officer, c.stage, s.stay, s.filed_on, s.due_on, s.closed_on, s.remaining_fen,
    replace(s.search_text, s.number, c.number),
    json_set(s.body, '$.id', c.id, '$.number', c.number, '$.number_raw', c.number, '$.officer', c.officer,
        '$.stage', c.stage),
    1, base.lists + 50, 0
FROM new_cases c JOIN case_seeds s ON s.k = c.k, base;
INSERT INTO scope (officer, case_id, since, changed) SELECT officer, id, base.listed, base.listed FROM new_cases, base;
INSERT INTO case_keys SELECT 'code', printf('%04d', c * 7919 % 10000), id FROM new_cases;
INSERT INTO case_keys SELECT 'sum', c * 12345, id FROM new_cases;
INSERT INTO case_keys SELECT 'code', '', id FROM new_cases WHERE c % 3 = 0;
INSERT INTO case_keys SELECT 'first', printf('（%d）粤0115执%d号', 2014 + c % 6, 9000 + c / 6), id FROM new_cases WHERE c % 20 = 0;
INSERT INTO case_keys SELECT 'main', printf('（%d）粤0115执%d号', 2014 + c % 6, 9001 + c / 6), id FROM new_cases WHERE c % 33 = 0;
INSERT INTO case_aliases SELECT printf('（2013）粤0115执%d号', 50000 + c), id, 3 FROM new_cases WHERE c % 10 = 0;
CREATE TEMP TABLE change_seed AS SELECT * FROM case_changes WHERE before IS NOT NULL AND after IS NOT NULL LIMIT 1;
INSERT INTO case_changes (version, case_id, kinds, before, after)
SELECT base.lists + 1 + (c + t.i * 17) % 49, c.id, s.kinds,
    json_set(s.before, '$.id', c.id, '$.number', c.number), json_set(s.after, '$.id', c.id, '$.number', c.number)
FROM new_cases c, base, change_seed s JOIN n t ON t.i <= 2;
INSERT INTO scope_removals SELECT o.list_name, c.id, base.listed FROM new_cases c, base
JOIN officers o ON o.u = (c.c + 1) % 200 WHERE c.c % 10 = 0;

-- Records: one row of the log each, over two years up to now.
CREATE TEMP TABLE record_seeds AS
SELECT row_number() OVER (ORDER BY r.subject) - 1 AS k, r.*, o.record, o.matched, e.hash AS photo
FROM records r JOIN outcomes o ON o.subject = r.subject JOIN evidence_names e ON e.subject = r.subject
WHERE (SELECT COUNT(*) FROM entries e WHERE e.subject = r.subject) = 10;
CREATE TEMP TABLE entry_seeds AS
SELECT s.k, row_number() OVER (PARTITION BY e.subject ORDER BY e.seq) - 1 AS e, e.kind, CAST(e.bytes AS TEXT) AS bytes,
    s.subject, s.journal, s.photo
FROM record_seeds s JOIN entries e ON e.subject = s.subject;
CREATE INDEX temp.record_seeds_k ON record_seeds (k);
CREATE INDEX temp.entry_seeds_k ON entry_seeds (k, e);
CREATE TEMP TABLE visits (r INTEGER PRIMARY KEY, k INTEGER, subject TEXT, photo TEXT, journal TEXT, officer TEXT,
    case_id TEXT, number TEXT, log INTEGER, at_ms INTEGER, seq INTEGER);
INSERT INTO visits SELECT i, i % (SELECT COUNT(*) FROM record_seeds),
    printf('%08x%08x%08x%08x', i * 2654435761 % 4294967296, i, i * 40503 % 65536, 77),
    printf('%08x%056x', i * 2654435761 % 4294967296, i), f.id, f.officer, c.id, c.number, base.log + i,
    base.now - ({records} - i) * (63000000000 / {records}), 2 + (i - 1) / 400 * 10
FROM n JOIN fleet f ON f.j = (i - 1) % 400
JOIN new_cases c ON c.c = (i - 1) / 200 * 7 % ({cases} / 200) * 200
    + CASE f.j % 200 WHEN 0 THEN 200 ELSE f.j % 200 END, base
WHERE i <= {records};
INSERT INTO log (number, kind, at_ms, journal, body, hash, link)
SELECT v.log, 'piece', v.at_ms, v.journal, s.body, s.hash, lower(hex(randomblob(32)))
FROM visits v, (SELECT body, hash FROM log WHERE kind = 'piece' ORDER BY number LIMIT 1) s;
INSERT INTO records (subject, act, case_id, number_typed, number_normal, officer, journal, place, opened_ms,
    changed_ms, changed_number, view, case_number, contested, counted, first_number)
SELECT v.subject, CASE WHEN v.r % 5000 = 9 THEN 'campaign' ELSE s.act END,
    CASE WHEN v.r % 1000 = 3 THEN NULL ELSE v.case_id END, v.number, v.number, v.officer, v.journal, s.place,
    v.at_ms - 3600000, v.at_ms, v.log,
    replace(replace(replace(s.view, s.subject, v.subject), s.journal, v.journal), s.photo, v.photo),
    v.log, v.r % 500 = 7, CASE WHEN v.r % 1000 = 3 THEN 'o' || v.officer ELSE 'c' || v.case_id END, v.log
FROM visits v JOIN record_seeds s ON s.k = v.k;

-- Entries: ten of each record, and the first of each journal.
INSERT INTO entries (journal, seq, hash, link, bytes, log_number, subject, kind, verdict, reason, verdict_number)
SELECT v.journal, v.seq + s.e, lower(hex(randomblob(32))), lower(hex(randomblob(32))),
    CAST(CASE s.e WHEN 8 THEN replace(replace(s.bytes, s.subject, v.subject), s.photo, v.photo)
        WHEN 9 THEN replace(replace(s.bytes, s.subject, v.subject), s.photo, v.photo)
        ELSE replace(s.bytes, s.subject, v.subject) END AS BLOB),
    v.log, v.subject, s.kind, 'accepted', NULL, v.log
FROM (SELECT * FROM visits ORDER BY journal, seq) v CROSS JOIN entry_seeds s WHERE s.k = v.k;
INSERT INTO entries (journal, seq, hash, link, bytes, log_number, subject, kind, verdict, reason, verdict_number)
SELECT f.id, 1, lower(hex(randomblob(32))), s.link, s.bytes, s.log_number, f.id, s.kind, s.verdict, NULL, s.verdict_number
FROM fleet f, (SELECT * FROM entries WHERE journal = (SELECT id FROM phone) AND seq = 1) s;
UPDATE entries SET verdict = 'held', reason = 'unknown_base' WHERE rowid % 20011 = 5;
UPDATE entries SET verdict_number = verdict_number + 1 WHERE rowid % 20011 = 6;
UPDATE entries SET kind = 'concluded' WHERE rowid % 2003 = 0 AND kind = 'fields_changed';

-- Evidence: one photo of each record, of which every 300th is not here.
INSERT INTO evidence_names (journal, seq, hash, subject, here)
SELECT journal, seq + 8, photo, subject, r % 300 <> 0 FROM visits;
INSERT INTO evidence (hash, length, media, width, height, received_ms, verified_ms)
SELECT photo, 3000000 + r, 'image/jpeg', 4000, 3000, at_ms, at_ms FROM visits WHERE r % 300 <> 0;
INSERT INTO evidence_custody (journal, hash, received_ms, receipt)
SELECT v.journal, v.photo, v.at_ms, s.receipt FROM visits v, (SELECT receipt FROM evidence_custody LIMIT 1) s
WHERE v.r % 300 <> 0;

-- Outcomes: a fifth waits for a person.
INSERT INTO outcomes (subject, record, act, at_ms, matched, named, case_id, main_id, belongs, candidates, others, waits)
SELECT v.subject, s.record, s.act, v.at_ms - 3600000, CASE WHEN v.r % 1000 = 3 THEN 'NOT_FOUND' ELSE s.matched END,
    v.case_id, v.case_id, CASE WHEN v.r % 70 = 0 THEN v.case_id END,
    CASE WHEN v.r % 1000 = 3 THEN NULL ELSE v.case_id END, '[]', '[]', v.r % 5 = 0
FROM visits v JOIN record_seeds s ON s.k = v.k;
INSERT INTO outcome_questions (subject, question, place, said, since, waits, at_ms)
SELECT subject, 'EXACT', 0, '', 1, 0, at_ms - 3600000 FROM visits;
INSERT INTO outcome_questions (subject, question, place, said, since, waits, at_ms)
SELECT subject, CASE WHEN r % 4000 = 0 THEN 'CLOSED_BEFORE_ACT' ELSE 'AMOUNT_CHANGED' END, 1, '', 2, r % 5 = 0,
    at_ms - 3600000
FROM visits WHERE r % 5 < 2;
INSERT INTO outcome_cases SELECT case_id, subject FROM visits;
INSERT INTO asset_keys SELECT printf('plate:粤A%05d', r / 2 % 100000), subject FROM visits WHERE r % 2 = 0;
INSERT INTO digests (place, journal, digest)
SELECT counted, journal, lower(hex(randomblob(32))) FROM records
WHERE journal IN (SELECT id FROM fleet) GROUP BY counted, journal;

-- Who read and did what, over two years.
INSERT INTO audit (number, at_ms, user_id, journal, act, object, hash, link)
SELECT base.audit + i, base.now - ({audit} - i) * (63000000000 / {audit}),
    CASE WHEN i % 500 = 3 THEN NULL ELSE o.id END, CASE WHEN i % 500 = 3 THEN (SELECT id FROM phone) END,
    CASE WHEN i % 500 = 3 THEN 'incident-fork' WHEN i % 9973 = 4 THEN 'incident-case-differed'
        WHEN i % 50 = 1 THEN 'signed-in' WHEN i % 2 = 0 THEN 'case-read' ELSE 'record-read' END,
    CASE WHEN i % 500 = 3 THEN '5:' || printf('%064x', i) WHEN i % 2 = 0 THEN printf('44011590%08d', i % {cases} + 1)
        ELSE printf('%032x', i) END,
    printf('%064x', i), lower(hex(randomblob(32)))
FROM n, base JOIN officers o ON o.u = i % 200 WHERE i <= {audit};

UPDATE log_counter SET number = (SELECT MAX(number) FROM log),
    link = (SELECT link FROM log ORDER BY number DESC LIMIT 1);
