-- +goose Up
-- Outside of the window a message climbs a ladder: rung is where it stands, 0 before the first. unsure is 1 while nobody knows whether the rung was taken.
ALTER TABLE wechat_outbox ADD COLUMN rung INTEGER NOT NULL DEFAULT 0;
ALTER TABLE wechat_outbox ADD COLUMN unsure INTEGER NOT NULL DEFAULT 0;

-- What the platform reports of a notice that it took (TEMPLATESENDJOBFINISH); message is the outbox's seq. The report may come before we know its number.
CREATE TABLE wechat_report (
    account TEXT NOT NULL,
    report  TEXT NOT NULL,
    message INTEGER NOT NULL DEFAULT 0,
    status  TEXT NOT NULL DEFAULT '',
    at      INTEGER NOT NULL,
    PRIMARY KEY (account, report)
) STRICT;
CREATE INDEX wechat_report_at ON wechat_report (at);
