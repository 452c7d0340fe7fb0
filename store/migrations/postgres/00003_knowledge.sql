-- +goose Up
-- One version of one record of the knowledge: an item, a FAQ, a law, a sentence … content is the JSON of its type and hash is over
-- its bytes. batch names an import that is under way; its drafts are nobody's until it ends.
CREATE TABLE revision (
    kind     TEXT NOT NULL,
    id       TEXT NOT NULL,
    number   BIGINT NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('draft', 'review', 'published', 'withdrawn', 'archived')),
    content  JSON NOT NULL,
    hash     TEXT NOT NULL,
    author   TEXT NOT NULL,
    reviewer TEXT NOT NULL DEFAULT '',
    at       BIGINT NOT NULL,
    batch    TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (kind, id, number)
);
-- One published revision a record, and the way to all of them.
CREATE UNIQUE INDEX revision_published ON revision (kind, id) WHERE state = 'published';
CREATE INDEX revision_batch ON revision (batch) WHERE batch <> '';
