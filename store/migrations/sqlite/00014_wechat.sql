-- +goose Up
-- A follower of a WeChat account (关注者). key is a keyed hash of the openid, which is kept sealed; options are the choices they were last offered.
CREATE TABLE wechat_follower (
    account TEXT NOT NULL,
    key     TEXT NOT NULL,
    openid  BLOB,
    state   TEXT NOT NULL,
    options TEXT NOT NULL DEFAULT '',
    citizen TEXT NOT NULL DEFAULT '',
    at      INTEGER NOT NULL,
    PRIMARY KEY (account, key)
) STRICT;

-- How many customer-service messages (客服消息) a follower may be sent, and until when: a row for each act that opens a window.
CREATE TABLE wechat_grant (
    account   TEXT NOT NULL,
    follower  TEXT NOT NULL,
    act       TEXT NOT NULL,
    messages  INTEGER NOT NULL,
    ends_at   INTEGER NOT NULL,
    PRIMARY KEY (account, follower, act)
) STRICT;

-- What the platform has pushed: kept before it is acknowledged. answer is the passive reply that it was given, for the platform's next try.
CREATE TABLE wechat_inbox (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    account     TEXT NOT NULL,
    follower    TEXT NOT NULL,
    push        TEXT NOT NULL,
    body        BLOB,
    state       TEXT NOT NULL,
    lease_until INTEGER NOT NULL,
    answer      BLOB,
    at          INTEGER NOT NULL,
    UNIQUE (account, push)
) STRICT;
CREATE INDEX wechat_inbox_open ON wechat_inbox (account, follower, seq) WHERE state <> 'done';
CREATE INDEX wechat_inbox_at ON wechat_inbox (at);

-- What is to be sent to followers, in the order of seq for each of them.
CREATE TABLE wechat_outbox (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    account      TEXT NOT NULL,
    follower     TEXT NOT NULL,
    conversation TEXT NOT NULL DEFAULT '',
    turn         TEXT NOT NULL,
    part         INTEGER NOT NULL,
    body         BLOB,
    state        TEXT NOT NULL,
    tries        INTEGER NOT NULL DEFAULT 0,
    next_at      INTEGER NOT NULL,
    lease_until  INTEGER NOT NULL DEFAULT 0,
    reason       TEXT NOT NULL DEFAULT '',
    fallback     TEXT NOT NULL DEFAULT '',
    at           INTEGER NOT NULL,
    UNIQUE (account, turn, part)
) STRICT;
CREATE INDEX wechat_outbox_due ON wechat_outbox (next_at) WHERE state = 'waiting';
CREATE INDEX wechat_outbox_sending ON wechat_outbox (lease_until) WHERE state = 'sending';
CREATE INDEX wechat_outbox_open ON wechat_outbox (account, follower, seq) WHERE state IN ('waiting', 'sending', 'held');
CREATE INDEX wechat_outbox_at ON wechat_outbox (at);

-- Consents to notices (订阅通知): how many may still be sent for a template; -1 is without limit (长期订阅).
CREATE TABLE wechat_consent (
    account  TEXT NOT NULL,
    follower TEXT NOT NULL,
    template TEXT NOT NULL,
    messages INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (account, follower, template)
) STRICT;

-- Up to where the event log has been read for turns that are to be sent.
CREATE TABLE wechat_reader (
    id  INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL
) STRICT;
