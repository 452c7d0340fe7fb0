-- +goose Up
-- What may happen once: the state of an entering by OAuth2 that was used. hash is of the state.
CREATE TABLE wechat_once (
    hash    BYTEA PRIMARY KEY,
    ends_at BIGINT NOT NULL
);
CREATE INDEX wechat_once_ends ON wechat_once (ends_at);

-- A code on a QR picture that takes a portal's talk to WeChat. hash is of the code; follower is who has used it.
CREATE TABLE wechat_carry (
    conversation TEXT PRIMARY KEY REFERENCES conversation (id),
    account      TEXT NOT NULL,
    hash         BYTEA NOT NULL,
    follower     TEXT NOT NULL DEFAULT '',
    ends_at      BIGINT NOT NULL
);
CREATE UNIQUE INDEX wechat_carry_hash ON wechat_carry (hash);
CREATE INDEX wechat_carry_ends ON wechat_carry (ends_at);

-- All talks of one thread, the closed ones too: they belong to the citizen that the thread is bound to.
CREATE INDEX conversation_threads ON conversation (channel, thread) WHERE thread <> '';
