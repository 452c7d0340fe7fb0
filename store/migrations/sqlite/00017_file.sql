-- +goose Up
-- A turn may be a file (附件): what is known of it, as JSON; its sealed bytes are in a table of their own.
ALTER TABLE turn ADD COLUMN file TEXT NOT NULL DEFAULT '';
CREATE TABLE turn_file (
    turn         TEXT PRIMARY KEY,
    conversation TEXT NOT NULL REFERENCES conversation (id),
    body         BLOB NOT NULL
) STRICT;
