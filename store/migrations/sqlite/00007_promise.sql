-- +goose Up
-- A promise to answer (约定答复): made by a step of a talk, looked up by number and query code. code_hash is of the code, the number its salt.
CREATE TABLE promise (
    no           TEXT PRIMARY KEY,
    code_hash    BLOB NOT NULL,
    conversation TEXT NOT NULL REFERENCES conversation (id),
    state        TEXT NOT NULL,
    channel      TEXT NOT NULL,
    region       TEXT NOT NULL DEFAULT '',
    topic        TEXT NOT NULL DEFAULT '',
    reason       TEXT NOT NULL DEFAULT '',
    class        INTEGER NOT NULL,
    made_at      INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,
    enqueued_at  INTEGER NOT NULL,
    overdue      INTEGER NOT NULL DEFAULT 0,
    ended_at     INTEGER NOT NULL DEFAULT 0,
    misses       INTEGER NOT NULL DEFAULT 0, -- wrong query codes in a row
    locked_till  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX promise_conversation ON promise (conversation);

-- Each time that somebody tried to reach the citizen in vain.
CREATE TABLE promise_try (
    no TEXT NOT NULL REFERENCES promise (no),
    at INTEGER NOT NULL,
    PRIMARY KEY (no, at)
) STRICT;
