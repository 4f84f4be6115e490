-- Chat commands: who may write what. Lists are JSON arrays of text, truth is 0 or 1.

CREATE TABLE chat_commands (
    command    TEXT PRIMARY KEY NOT NULL,
    enabled    BIGINT NOT NULL,
    role       TEXT NOT NULL,
    aliases    TEXT NOT NULL,
    people     TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);
