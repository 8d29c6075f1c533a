-- Who may do what in the database of audio. Its owner runs it with psql, once the roles exist; again is harmless.
--
-- The projector owns the schema of what follows from the log. Where files lie, what an account asked for, and which worker is
-- at a conversion follows from no log.

GRANT CONNECT ON DATABASE :"DBNAME" TO "audio-projector", "audio-api", "audio-worker";

CREATE SCHEMA IF NOT EXISTS audio AUTHORIZATION "audio-projector";
GRANT USAGE ON SCHEMA audio TO "audio-api", "audio-worker";
ALTER DEFAULT PRIVILEGES FOR ROLE "audio-projector" IN SCHEMA audio GRANT SELECT ON TABLES TO "audio-api", "audio-worker";

-- The same tables once more, in which a rebuild fills them beside those that are read, and which of the two is live. Who
-- makes rows says so; nobody can make a third one.
CREATE SCHEMA IF NOT EXISTS audio_2 AUTHORIZATION "audio-projector";
GRANT USAGE ON SCHEMA audio_2 TO "audio-api", "audio-worker";
ALTER DEFAULT PRIVILEGES FOR ROLE "audio-projector" IN SCHEMA audio_2 GRANT SELECT ON TABLES TO "audio-api", "audio-worker";
CREATE SCHEMA IF NOT EXISTS audio_live;
CREATE TABLE IF NOT EXISTS audio_live.generation (
    schema    text    NOT NULL CHECK (schema IN ('audio', 'audio_2')),
    keeps_old boolean NOT NULL DEFAULT false
);
INSERT INTO audio_live.generation (schema) SELECT 'audio' WHERE NOT EXISTS (SELECT FROM audio_live.generation);
GRANT USAGE ON SCHEMA audio_live TO "audio-projector", "audio-api", "audio-worker";
GRANT SELECT ON audio_live.generation TO "audio-projector", "audio-api", "audio-worker";
GRANT UPDATE ON audio_live.generation TO "audio-projector";

CREATE SCHEMA IF NOT EXISTS audio_private;
GRANT USAGE ON SCHEMA audio_private TO "audio-api", "audio-worker";

-- What was asked for, before it is on the log: the same key again finds it, a company's bounds are counted here, and
-- queries answer from `request`, the data of the event, until the rows have it.
CREATE TABLE IF NOT EXISTS audio_private.requests (
    job         text        PRIMARY KEY,
    company     text        NOT NULL,
    fingerprint text        NOT NULL,
    bytes       bigint      NOT NULL,
    requested   timestamptz NOT NULL,
    sent        boolean     NOT NULL DEFAULT false
);
ALTER TABLE audio_private.requests
    ADD COLUMN IF NOT EXISTS account text,
    ADD COLUMN IF NOT EXISTS batch text,
    ADD COLUMN IF NOT EXISTS request text;
CREATE INDEX IF NOT EXISTS requests_of_company ON audio_private.requests (company, requested);

-- Which bytes lie somewhere for which conversion, noted before they are written: none is left that nobody knows of.
CREATE TABLE IF NOT EXISTS audio_private.kept (
    place   text        NOT NULL,
    job     text        NOT NULL,
    expires timestamptz NOT NULL,
    PRIMARY KEY (job, place)
);
CREATE INDEX IF NOT EXISTS kept_by_place ON audio_private.kept (place);
CREATE INDEX IF NOT EXISTS kept_by_end ON audio_private.kept (expires);

-- Which worker is at a conversion, until when it counts as alive, and how often one has begun.
CREATE TABLE IF NOT EXISTS audio_private.claims (
    job      text        PRIMARY KEY,
    attempts integer     NOT NULL,
    worker   text        NOT NULL,
    until    timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS audio_private.blobs (
    name  text    NOT NULL,
    part  integer NOT NULL,
    bytes bytea   NOT NULL,
    PRIMARY KEY (name, part)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON
    audio_private.requests, audio_private.kept, audio_private.claims, audio_private.blobs TO "audio-api";
GRANT SELECT, INSERT, UPDATE ON audio_private.kept, audio_private.claims TO "audio-worker";
GRANT SELECT, INSERT ON audio_private.blobs TO "audio-worker";
