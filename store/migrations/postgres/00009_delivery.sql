-- +goose Up
-- What became of each of an agent's and the system's turns on its way to the citizen: accepted, sent, delivered, read, failed.
CREATE TABLE delivery (
    turn         TEXT PRIMARY KEY,
    conversation TEXT NOT NULL REFERENCES conversation (id),
    no           BIGINT NOT NULL,
    channel      TEXT NOT NULL,
    state        TEXT NOT NULL,
    reason       TEXT NOT NULL DEFAULT '',
    fallback     TEXT NOT NULL DEFAULT '',
    at           BIGINT NOT NULL
);
CREATE INDEX delivery_conversation ON delivery (conversation, no);
