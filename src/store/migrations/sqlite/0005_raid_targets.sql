-- Channels that were raided lately.

CREATE TABLE raid_targets (
    id        TEXT PRIMARY KEY NOT NULL,
    login     TEXT NOT NULL,
    name      TEXT NOT NULL,
    raided_at BIGINT NOT NULL
);
