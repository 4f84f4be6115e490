-- What a look back needs: which scene OBS showed, and the samples in steps of 15 s, so that a day is
-- drawn from a few thousand rows.

-- There was one feed so far, and rows carried its publisher's name: on RTMP that is the stream key.
UPDATE samples SET feed = 'main' WHERE feed <> 'main';

-- What OBS showed from a moment on; role 'unknown' while it could not be read.
CREATE TABLE scenes (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    at    BIGINT NOT NULL,
    scene TEXT NOT NULL,
    role  TEXT NOT NULL,
    live  BIGINT
);
CREATE INDEX scenes_at ON scenes (at);

CREATE TABLE rollups (
    at           BIGINT NOT NULL,
    feed         TEXT NOT NULL,
    kbps_count   BIGINT NOT NULL,
    kbps_sum     DOUBLE PRECISION NOT NULL,
    kbps_min     DOUBLE PRECISION,
    kbps_max     DOUBLE PRECISION,
    rtt_count    BIGINT NOT NULL,
    rtt_sum      BIGINT NOT NULL,
    rtt_max      BIGINT,
    buffer_count BIGINT NOT NULL,
    buffer_sum   BIGINT NOT NULL,
    buffer_min   BIGINT,
    PRIMARY KEY (at, feed)
) WITHOUT ROWID;

INSERT INTO rollups
SELECT at / 15000 * 15000, feed,
       COUNT(kbps), COALESCE(SUM(kbps), 0.0), MIN(kbps), MAX(kbps),
       COUNT(rtt_ms), COALESCE(SUM(rtt_ms), 0), MAX(rtt_ms),
       COUNT(buffer_ms), COALESCE(SUM(buffer_ms), 0), MIN(buffer_ms)
FROM samples
GROUP BY at / 15000, feed;
