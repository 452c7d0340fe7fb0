-- +goose Up
-- One agent's place at the desk. version moves with everything that assignment depends on; a lease moves on without it.
CREATE TABLE seat (
    account     TEXT PRIMARY KEY,
    number      TEXT NOT NULL,
    name        TEXT NOT NULL,
    team        TEXT NOT NULL DEFAULT '',
    department  TEXT NOT NULL DEFAULT '',
    status      TEXT NOT NULL,
    reason      TEXT NOT NULL DEFAULT '',
    since       BIGINT NOT NULL,
    until       BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT NOT NULL DEFAULT 0,
    misses      INTEGER NOT NULL DEFAULT 0,
    most        INTEGER NOT NULL,
    skills      JSON NOT NULL,
    version     BIGINT NOT NULL,
    idle_since  BIGINT NOT NULL
);

-- What an agent has typed and not sent.
CREATE TABLE draft (
    conversation TEXT NOT NULL REFERENCES conversation (id),
    agent        TEXT NOT NULL,
    text         TEXT NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (conversation, agent)
);

-- Internal notes. They are no turns, so that no list for citizens can show one.
CREATE TABLE note (
    id           TEXT PRIMARY KEY,
    conversation TEXT NOT NULL REFERENCES conversation (id),
    agent        TEXT NOT NULL,
    text         TEXT NOT NULL,
    masked       TEXT NOT NULL,
    at           BIGINT NOT NULL
);
CREATE INDEX note_conversation ON note (conversation, at);

CREATE TABLE notice (
    id     TEXT PRIMARY KEY,
    author TEXT NOT NULL,
    text   TEXT NOT NULL,
    at     BIGINT NOT NULL
);
CREATE INDEX notice_at ON notice (at);

-- One shift's open talks passed on. receiver is empty for the team.
CREATE TABLE handover (
    id       TEXT PRIMARY KEY,
    sender   TEXT NOT NULL,
    receiver TEXT NOT NULL,
    at       BIGINT NOT NULL,
    talks    JSON NOT NULL,
    ack_by   TEXT NOT NULL DEFAULT '',
    ack_at   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX handover_receiver ON handover (receiver, ack_at);
