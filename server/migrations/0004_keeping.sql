-- Entries that a phone wrote and cannot read any more: the chain goes on after them from the link.
CREATE TABLE gaps (
    journal TEXT NOT NULL REFERENCES journals (id),
    from_seq BIGINT NOT NULL,
    to_seq BIGINT NOT NULL,
    link TEXT NOT NULL,
    log_number BIGINT NOT NULL,
    PRIMARY KEY (journal, to_seq)
);

-- Evidence that forked entries name: its bytes are taken in, though the entries wait beside the chain.
CREATE TABLE forked_names (
    journal TEXT NOT NULL REFERENCES journals (id),
    hash TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (journal, hash)
);
