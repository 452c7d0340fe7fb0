-- +goose Up
-- The law library: one row a version of a text of law. repeals are titles and article_keys the keys of its articles, one a line.
CREATE TABLE statute (
    no           INTEGER PRIMARY KEY,
    title        TEXT NOT NULL,
    version      TEXT NOT NULL,
    document_no  TEXT NOT NULL,
    issuer       TEXT NOT NULL,
    passed       TEXT NOT NULL,
    published    TEXT NOT NULL,
    effective    TEXT NOT NULL,
    level        TEXT NOT NULL,
    repeals      TEXT NOT NULL,
    article_keys TEXT NOT NULL,
    path         TEXT NOT NULL,
    hash         TEXT NOT NULL,
    gone         INTEGER NOT NULL CHECK (gone IN (0, 1)),
    at           INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX statute_title ON statute (title, version);

-- One row an article, in the order of the text. headings are from the largest to the smallest, one a line.
CREATE TABLE statute_article (
    statute  INTEGER NOT NULL REFERENCES statute (no),
    place    INTEGER NOT NULL,
    key      TEXT NOT NULL,
    label    TEXT NOT NULL,
    number   INTEGER NOT NULL,
    sub      INTEGER NOT NULL,
    headings TEXT NOT NULL,
    text     TEXT NOT NULL,
    PRIMARY KEY (statute, place)
) STRICT;
