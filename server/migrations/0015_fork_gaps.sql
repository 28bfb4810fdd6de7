-- Gaps in what lies beside a chain, where its journal forked: the link that the phone named after them, which
-- the entries that follow continue.
CREATE TABLE forked_gaps (
    journal TEXT NOT NULL REFERENCES journals (id),
    from_seq BIGINT NOT NULL,
    to_seq BIGINT NOT NULL,
    link TEXT NOT NULL,
    PRIMARY KEY (journal, to_seq, link)
);
