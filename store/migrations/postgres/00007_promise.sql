-- +goose Up
-- A promise to answer (约定答复): made by a step of a talk, looked up by number and query code. code_hash is of the code, the number its salt.
CREATE TABLE promise (
    no           TEXT PRIMARY KEY,
    code_hash    BYTEA NOT NULL,
    conversation TEXT NOT NULL REFERENCES conversation (id),
    state        TEXT NOT NULL,
    channel      TEXT NOT NULL,
    region       TEXT NOT NULL DEFAULT '',
    topic        TEXT NOT NULL DEFAULT '',
    reason       TEXT NOT NULL DEFAULT '',
    class        BIGINT NOT NULL,
    made_at      BIGINT NOT NULL,
    due_at       BIGINT NOT NULL,
    enqueued_at  BIGINT NOT NULL,
    overdue      BIGINT NOT NULL DEFAULT 0,
    ended_at     BIGINT NOT NULL DEFAULT 0,
    misses       BIGINT NOT NULL DEFAULT 0, -- wrong query codes in a row
    locked_till  BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX promise_conversation ON promise (conversation);

-- Each time that somebody tried to reach the citizen in vain.
CREATE TABLE promise_try (
    no TEXT NOT NULL REFERENCES promise (no),
    at BIGINT NOT NULL,
    PRIMARY KEY (no, at)
);
