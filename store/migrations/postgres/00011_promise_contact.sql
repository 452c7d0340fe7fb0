-- +goose Up
-- Who tried to reach the citizen, what came of it (masked), and when they will try again.
ALTER TABLE promise_try ADD COLUMN by_whom TEXT NOT NULL DEFAULT '';
ALTER TABLE promise_try ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE promise_try ADD COLUMN next_at BIGINT NOT NULL DEFAULT 0;

-- How the citizen of an open promise wants to be reached (回拨方式), sealed; it goes when the promise ends.
CREATE TABLE promise_contact (
    no     TEXT PRIMARY KEY REFERENCES promise (no),
    sealed BYTEA NOT NULL,
    at     BIGINT NOT NULL
);
CREATE INDEX promise_open ON promise (due_at) WHERE state = 'open';
