-- +goose Up
-- Who has a talk: handling is the whole of it (ownership.Talk), the columns beside it are what queries need.
ALTER TABLE conversation ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN handling TEXT NOT NULL DEFAULT '{}';
ALTER TABLE conversation ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE conversation ADD COLUMN offered_to TEXT NOT NULL DEFAULT '';
ALTER TABLE conversation ADD COLUMN transfer_to TEXT NOT NULL DEFAULT '';
ALTER TABLE conversation ADD COLUMN class INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN enqueued_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN citizen TEXT NOT NULL DEFAULT '';
ALTER TABLE conversation ADD COLUMN topic TEXT NOT NULL DEFAULT '';
CREATE INDEX conversation_queue ON conversation (state, class, enqueued_at);
CREATE INDEX conversation_agent ON conversation (agent) WHERE agent <> '';
CREATE INDEX conversation_offered ON conversation (offered_to) WHERE offered_to <> '';
CREATE INDEX conversation_transfer ON conversation (transfer_to) WHERE transfer_to <> '';

-- Clocks. Subject is what they belong to, "conversation:0190…" or "seat:8012"; whoever fires one takes it away in the same transaction.
CREATE TABLE timer (
    subject TEXT NOT NULL,
    name    TEXT NOT NULL,
    due_at  BIGINT NOT NULL,
    PRIMARY KEY (subject, name)
);
CREATE INDEX timer_due ON timer (due_at);

-- One answered matter, and the one rating it may get.
CREATE TABLE resolution (
    id           TEXT PRIMARY KEY,
    conversation TEXT NOT NULL REFERENCES conversation (id),
    by_whom      TEXT NOT NULL,
    at           BIGINT NOT NULL,
    topic        TEXT NOT NULL DEFAULT '',
    outcome      TEXT NOT NULL DEFAULT '',
    rating       TEXT NOT NULL,
    stars        INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX resolution_conversation ON resolution (conversation, at);
