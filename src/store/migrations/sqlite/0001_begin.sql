-- The tables of the first version. Times are unix milliseconds, truth is 0 or 1, JSON is TEXT.

CREATE TABLE settings (
    key        TEXT PRIMARY KEY NOT NULL,
    value      TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);

CREATE TABLE journal (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    at     BIGINT NOT NULL,
    topic  TEXT NOT NULL,
    tone   TEXT NOT NULL,
    text   TEXT NOT NULL,
    origin TEXT NOT NULL,
    data   TEXT NOT NULL
);
CREATE INDEX journal_at ON journal (at);

CREATE TABLE wanted (
    name     TEXT PRIMARY KEY NOT NULL,
    value    TEXT NOT NULL,
    bound_to TEXT NOT NULL,
    deadline BIGINT NOT NULL,
    asked_at BIGINT NOT NULL
);

CREATE TABLE accounts (
    id            TEXT PRIMARY KEY NOT NULL,
    name          TEXT NOT NULL UNIQUE,
    role          TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at    BIGINT NOT NULL
);

CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_seen  BIGINT NOT NULL,
    address    TEXT NOT NULL,
    agent      TEXT NOT NULL
);

CREATE TABLE samples (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         BIGINT NOT NULL,
    feed       TEXT NOT NULL,
    class      TEXT NOT NULL,
    kbps       DOUBLE PRECISION,
    rtt_ms     BIGINT,
    buffer_ms  BIGINT,
    latency_ms BIGINT,
    lost       BIGINT,
    dropped    BIGINT
);
CREATE INDEX samples_at ON samples (at);
