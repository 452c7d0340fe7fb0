-- +goose Up
-- A citizen by a proven phone number. key is a keyed hash of the number, phone the number sealed.
CREATE TABLE citizen (
    key       TEXT PRIMARY KEY,
    phone     BLOB NOT NULL,
    proven_at INTEGER NOT NULL
) STRICT;

-- A one-time code on its way to prove a number, one a talk.
CREATE TABLE phone_code (
    conversation TEXT PRIMARY KEY REFERENCES conversation (id),
    key          TEXT NOT NULL,
    phone        BLOB NOT NULL,
    code_hash    BLOB NOT NULL,
    made_at      INTEGER NOT NULL,
    tries        INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX phone_code_key ON phone_code (key, made_at);
CREATE INDEX conversation_citizen ON conversation (citizen, updated_at) WHERE citizen <> '';
