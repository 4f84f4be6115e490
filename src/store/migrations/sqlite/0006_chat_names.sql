-- Names that may command the show, each with the account that had it when it was first looked up; and
-- how long viewers wait between two uses of a command, in seconds, NULL for as the table has it.

CREATE TABLE chat_names (
    name    TEXT PRIMARY KEY NOT NULL,
    id      TEXT NOT NULL,
    kept_at BIGINT NOT NULL
);

ALTER TABLE chat_commands ADD COLUMN wait_sec BIGINT;
