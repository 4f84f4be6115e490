-- What happened on platforms. The id is the platform's; `body` is the whole event as JSON.

CREATE TABLE IF NOT EXISTS happenings (
    id   TEXT PRIMARY KEY NOT NULL,
    at   BIGINT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS happenings_at ON happenings (at);
