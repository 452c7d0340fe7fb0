-- +goose Up
-- data is json, not jsonb: jsonb reorders keys, and the hash chain covers the bytes.
CREATE TABLE event (
    seq     BIGINT PRIMARY KEY,
    at      BIGINT NOT NULL,
    actor   TEXT NOT NULL,
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    data    JSON NOT NULL,
    hash    BYTEA NOT NULL
);
CREATE INDEX event_subject ON event (subject, seq);
CREATE INDEX event_kind ON event (kind, seq);

-- The head row: the last number given and the hash of the chain up to it. Its update is the last step of every transaction.
CREATE TABLE event_head (
    id   BIGINT PRIMARY KEY CHECK (id = 1),
    seq  BIGINT NOT NULL,
    hash BYTEA NOT NULL
) WITH (fillfactor = 10);
INSERT INTO event_head (id, seq, hash) VALUES (1, 0, '\x0000000000000000000000000000000000000000000000000000000000000000');

-- Written and emptied again by a store that has had trouble, to see whether it is over.
CREATE TABLE write_probe (
    at     BIGINT NOT NULL,
    filler TEXT NOT NULL
);
