-- +goose Up
-- Who works for the city. password is an Argon2id hash, totp the sealed secret of a second factor.
CREATE TABLE account (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    number      TEXT NOT NULL,
    shown       TEXT NOT NULL,
    roles       JSON NOT NULL,
    team        TEXT NOT NULL DEFAULT '',
    department  TEXT NOT NULL DEFAULT '',
    password    TEXT NOT NULL,
    must_change BIGINT NOT NULL DEFAULT 0,
    disabled    BIGINT NOT NULL DEFAULT 0,
    totp        BYTEA,
    subject     TEXT NOT NULL DEFAULT '',
    failures    BIGINT NOT NULL DEFAULT 0,
    locked_till BIGINT NOT NULL DEFAULT 0,
    created_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL
);
CREATE UNIQUE INDEX account_name ON account (name);
CREATE UNIQUE INDEX account_number ON account (number);
CREATE UNIQUE INDEX account_subject ON account (subject) WHERE subject <> '';

-- Signed-in browsers; of a token only its hash is kept.
CREATE TABLE session (
    id         TEXT PRIMARY KEY,
    token_hash BYTEA NOT NULL,
    account    TEXT NOT NULL REFERENCES account (id),
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL,
    address    TEXT NOT NULL DEFAULT '',
    agent      TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX session_token ON session (token_hash);
CREATE INDEX session_account ON session (account, created_at);

-- One-time codes for the day the authenticator is lost.
CREATE TABLE recovery_code (
    account TEXT NOT NULL REFERENCES account (id),
    hash    BYTEA NOT NULL,
    PRIMARY KEY (account, hash)
);
