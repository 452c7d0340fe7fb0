-- +goose Up
-- One citizen's talk on one channel thread. state and owner follow the table of states; today everything is the machine's.
CREATE TABLE conversation (
    id         TEXT PRIMARY KEY,
    token_hash BYTEA NOT NULL,
    open_key   BYTEA,             -- hash of the key and words that opened it, with the salt of its token
    open_salt  BYTEA,
    channel    TEXT NOT NULL,
    thread     TEXT NOT NULL DEFAULT '',
    region     TEXT NOT NULL DEFAULT '',
    state      TEXT NOT NULL,
    owner      TEXT NOT NULL,
    follows    TEXT REFERENCES conversation (id),
    context    JSON NOT NULL,
    turns      BIGINT NOT NULL,
    opened_at  BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX conversation_open_key ON conversation (open_key) WHERE open_key IS NOT NULL;
CREATE UNIQUE INDEX conversation_thread ON conversation (channel, thread) WHERE thread <> '' AND state <> 'closed';

-- What was said. text is the record; masked is the form for lists and logs.
CREATE TABLE turn (
    conversation TEXT NOT NULL REFERENCES conversation (id),
    no           BIGINT NOT NULL,
    id           TEXT NOT NULL,
    at           BIGINT NOT NULL,
    author       TEXT NOT NULL,
    text         TEXT NOT NULL,
    masked       TEXT NOT NULL,
    value        TEXT NOT NULL DEFAULT '',
    idem_key     TEXT NOT NULL DEFAULT '',
    kind         TEXT NOT NULL DEFAULT '',
    reason       TEXT NOT NULL DEFAULT '',
    answer_no    TEXT NOT NULL DEFAULT '',
    reply        JSON,
    PRIMARY KEY (conversation, no)
);
CREATE UNIQUE INDEX turn_id ON turn (id);
CREATE UNIQUE INDEX turn_idem_key ON turn (conversation, idem_key) WHERE idem_key <> '';

-- Answers by their speakable number.
CREATE UNIQUE INDEX turn_answer_no ON turn (answer_no) WHERE answer_no <> '';

CREATE TABLE feedback (
    turn         TEXT PRIMARY KEY,
    conversation TEXT NOT NULL REFERENCES conversation (id),
    answer_no    TEXT NOT NULL DEFAULT '',
    at           BIGINT NOT NULL,
    useful       SMALLINT NOT NULL CHECK (useful IN (0, 1)),
    reason       TEXT NOT NULL DEFAULT ''
);
CREATE INDEX feedback_at ON feedback (at);

-- Questions that nobody has answered yet, for the curators.
CREATE TABLE unanswered (
    turn         TEXT PRIMARY KEY,
    conversation TEXT NOT NULL REFERENCES conversation (id),
    at           BIGINT NOT NULL,
    channel      TEXT NOT NULL,
    region       TEXT NOT NULL DEFAULT '',
    kind         TEXT NOT NULL,
    reason       TEXT NOT NULL,
    masked       TEXT NOT NULL,
    state        TEXT NOT NULL
);
CREATE INDEX unanswered_at ON unanswered (state, at, turn);
