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
    since       INTEGER NOT NULL,
    until       INTEGER NOT NULL DEFAULT 0,
    lease_until INTEGER NOT NULL DEFAULT 0,
    misses      INTEGER NOT NULL DEFAULT 0,
    most        INTEGER NOT NULL,
    skills      TEXT NOT NULL CHECK (json_valid(skills)),
    version     INTEGER NOT NULL,
    idle_since  INTEGER NOT NULL
) STRICT;

-- What an agent has typed and not sent.
CREATE TABLE draft (
    conversation TEXT NOT NULL REFERENCES conversation (id),
    agent        TEXT NOT NULL,
    text         TEXT NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (conversation, agent)
) STRICT;

-- Internal notes. They are no turns, so that no list for citizens can show one.
CREATE TABLE note (
    id           TEXT PRIMARY KEY,
    conversation TEXT NOT NULL REFERENCES conversation (id),
    agent        TEXT NOT NULL,
    text         TEXT NOT NULL,
    masked       TEXT NOT NULL,
    at           INTEGER NOT NULL
) STRICT;
CREATE INDEX note_conversation ON note (conversation, at);

CREATE TABLE notice (
    id     TEXT PRIMARY KEY,
    author TEXT NOT NULL,
    text   TEXT NOT NULL,
    at     INTEGER NOT NULL
) STRICT;
CREATE INDEX notice_at ON notice (at);

-- One shift's open talks passed on. receiver is empty for the team.
CREATE TABLE handover (
    id       TEXT PRIMARY KEY,
    sender   TEXT NOT NULL,
    receiver TEXT NOT NULL,
    at       INTEGER NOT NULL,
    talks    TEXT NOT NULL CHECK (json_valid(talks)),
    ack_by   TEXT NOT NULL DEFAULT '',
    ack_at   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX handover_receiver ON handover (receiver, ack_at);
