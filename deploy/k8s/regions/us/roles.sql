-- Who may do what in the database of the read side. Its owner runs it with psql, once the two roles exist; again is harmless.
--
-- The projector owns the schema: it migrates, fills and rebuilds the tables, and can make no other schema. The API reads
-- each table that there is or will be, and changes none.

REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO "us-ledger-projector", "us-ledger-api";
REVOKE ALL ON SCHEMA public FROM PUBLIC;

CREATE SCHEMA IF NOT EXISTS ledger AUTHORIZATION "us-ledger-projector";
GRANT USAGE ON SCHEMA ledger TO "us-ledger-api";
ALTER DEFAULT PRIVILEGES FOR ROLE "us-ledger-projector" IN SCHEMA ledger GRANT SELECT ON TABLES TO "us-ledger-api";

-- The same tables once more, in which a rebuild fills them beside those that are read, and which of the two is live. Who
-- makes rows says so; nobody can make a third one.
CREATE SCHEMA IF NOT EXISTS ledger_2 AUTHORIZATION "us-ledger-projector";
GRANT USAGE ON SCHEMA ledger_2 TO "us-ledger-api";
ALTER DEFAULT PRIVILEGES FOR ROLE "us-ledger-projector" IN SCHEMA ledger_2 GRANT SELECT ON TABLES TO "us-ledger-api";
CREATE SCHEMA IF NOT EXISTS ledger_live;
CREATE TABLE IF NOT EXISTS ledger_live.generation (
    schema    text    NOT NULL CHECK (schema IN ('ledger', 'ledger_2')),
    keeps_old boolean NOT NULL DEFAULT false
);
INSERT INTO ledger_live.generation (schema) SELECT 'ledger' WHERE NOT EXISTS (SELECT FROM ledger_live.generation);
GRANT USAGE ON SCHEMA ledger_live TO "us-ledger-projector", "us-ledger-api";
GRANT SELECT ON ledger_live.generation TO "us-ledger-projector", "us-ledger-api";
GRANT UPDATE ON ledger_live.generation TO "us-ledger-projector";

-- Parts of serials, names and references are found by their trigrams. Who makes the tables names the operators' schema;
-- who reads them need not. A list of what is to be put into an index later would be read by each search, so there is none.
CREATE SCHEMA IF NOT EXISTS trigrams;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA trigrams;
CREATE EXTENSION IF NOT EXISTS btree_gin SCHEMA trigrams;
GRANT USAGE ON SCHEMA trigrams TO "us-ledger-projector";

-- When devices were last seen, and how far that was read from device.activity. The topic keeps it for 30 days, so
-- it lies outside the schema of what is rebuilt.
CREATE SCHEMA IF NOT EXISTS activity;
CREATE TABLE IF NOT EXISTS activity.device_sightings (
    ledger    integer     NOT NULL,
    serial    text        NOT NULL,
    last_seen timestamptz NOT NULL,
    PRIMARY KEY (ledger, serial)
) WITH (fillfactor = 80);
CREATE TABLE IF NOT EXISTS activity.positions (
    topic       text    NOT NULL,
    partition   integer NOT NULL,
    next_offset bigint  NOT NULL,
    PRIMARY KEY (topic, partition)
);
GRANT USAGE ON SCHEMA activity TO "us-ledger-projector", "us-ledger-api";
GRANT SELECT, INSERT, UPDATE ON activity.device_sightings, activity.positions TO "us-ledger-projector";
GRANT SELECT ON activity.device_sightings TO "us-ledger-api";

-- Texts of staff, which may name persons: the API keeps, reads and erases them, and the projector has no access. They
-- do not follow from the log, so they lie outside the schema of what is rebuilt.
CREATE SCHEMA IF NOT EXISTS texts;
GRANT USAGE ON SCHEMA texts TO "us-ledger-api";
CREATE TABLE IF NOT EXISTS texts.staff_texts (
    ledger     integer     NOT NULL,
    command_id text        NOT NULL,
    member     text        NOT NULL,
    digest     text        NOT NULL,
    salt       bytea,
    text       text,
    written    timestamptz NOT NULL DEFAULT now(),
    confirmed  boolean     NOT NULL DEFAULT false,
    erased     timestamptz,
    erased_by  text,
    PRIMARY KEY (ledger, digest),
    CHECK ((text IS NULL) = (erased IS NOT NULL) AND (salt IS NULL) = (erased IS NOT NULL))
);
CREATE INDEX IF NOT EXISTS staff_texts_by_command ON texts.staff_texts (ledger, command_id);
CREATE INDEX IF NOT EXISTS staff_texts_by_part ON texts.staff_texts
    USING gin (ledger, lower(text) trigrams.gin_trgm_ops) WITH (fastupdate = off)
    WHERE member IN ('reference', 'customer_reference');
GRANT SELECT, INSERT, UPDATE, DELETE ON texts.staff_texts TO "us-ledger-api";

-- What people call their projects and devices, and their notes on entries: words that belong to a project, likewise
-- outside the log. Parts are looked for within a company or a project, so that no search reads the words of others.
CREATE TABLE IF NOT EXISTS texts.labels (
    ledger     integer     NOT NULL,
    project    text        NOT NULL,
    kind       text        NOT NULL CHECK (kind IN ('project', 'device', 'entry')),
    id         text        NOT NULL,
    company    text        NOT NULL,
    own_name   text,
    place      text,
    reference  text,
    note       text,
    searched   text        NOT NULL,
    changed    timestamptz NOT NULL DEFAULT now(),
    changed_by text        NOT NULL,
    PRIMARY KEY (ledger, project, kind, id),
    CHECK ((note IS NOT NULL) = (kind = 'entry')),
    CHECK (num_nonnulls(own_name, place, reference) > 0 OR kind = 'entry')
);
CREATE INDEX IF NOT EXISTS labels_of_thing ON texts.labels (ledger, kind, id);
CREATE INDEX IF NOT EXISTS labels_by_part ON texts.labels
    USING gin (ledger, kind, company, project, searched trigrams.gin_trgm_ops) WITH (fastupdate = off)
    WHERE kind <> 'entry';
GRANT SELECT, INSERT, UPDATE, DELETE ON texts.labels TO "us-ledger-api";

-- Cases of the help desk follow from no entry, so they lie outside the schema of what is rebuilt. Facts come by records,
-- which the projector reads, and by the webhook of the API; what people wrote comes by the webhook alone. The projector
-- cannot read a text: it takes those of a deleted case away.
CREATE SCHEMA IF NOT EXISTS support;
GRANT USAGE ON SCHEMA support TO "us-ledger-projector", "us-ledger-api";
CREATE TABLE IF NOT EXISTS support.cases (
    ledger   integer     NOT NULL,
    number   text        NOT NULL,
    revision integer     NOT NULL CHECK (revision >= 1),
    kind     text        NOT NULL CHECK (kind IN ('support', 'presales')),
    state    text        NOT NULL CHECK (state IN ('new', 'open', 'waiting_customer', 'solved', 'closed', 'deleted')),
    company  text        NOT NULL,
    opened   timestamptz NOT NULL,
    changed  timestamptz NOT NULL,
    serial   text,
    product  text,
    PRIMARY KEY (ledger, number)
);
CREATE INDEX IF NOT EXISTS cases_of_company ON support.cases (ledger, company, changed, number);
CREATE INDEX IF NOT EXISTS cases_by_change ON support.cases (ledger, changed, number);
CREATE INDEX IF NOT EXISTS cases_by_opening ON support.cases (ledger, opened, number);
CREATE INDEX IF NOT EXISTS cases_by_part ON support.cases
    USING gin (ledger, number trigrams.gin_trgm_ops, serial trigrams.gin_trgm_ops) WITH (fastupdate = off);
CREATE TABLE IF NOT EXISTS support.texts (
    ledger   integer NOT NULL,
    number   text    NOT NULL,
    revision integer NOT NULL,
    company  text    NOT NULL,
    title    text    NOT NULL,
    messages jsonb   NOT NULL,
    PRIMARY KEY (ledger, number)
);
CREATE INDEX IF NOT EXISTS texts_by_part ON support.texts
    USING gin (ledger, lower(title) trigrams.gin_trgm_ops) WITH (fastupdate = off);
CREATE TABLE IF NOT EXISTS support.deliveries (
    ledger integer     NOT NULL,
    id     text        NOT NULL,
    sent   timestamptz NOT NULL,
    until  timestamptz NOT NULL,
    PRIMARY KEY (ledger, id, sent)
);
CREATE INDEX IF NOT EXISTS deliveries_by_end ON support.deliveries (ledger, until);
GRANT SELECT, INSERT, UPDATE ON support.cases TO "us-ledger-projector", "us-ledger-api";
GRANT SELECT (ledger, number), DELETE ON support.texts TO "us-ledger-projector";
GRANT SELECT, INSERT, UPDATE, DELETE ON support.texts, support.deliveries TO "us-ledger-api";

-- What the vendor's staff has read. The API adds to it and changes nothing; it can delete only what is older than a month.
CREATE SCHEMA IF NOT EXISTS access_log;
GRANT USAGE ON SCHEMA access_log TO "us-ledger-api";
CREATE TABLE IF NOT EXISTS access_log.accesses (
    number      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ledger      integer     NOT NULL,
    read_at     timestamptz NOT NULL DEFAULT now(),
    account     text        NOT NULL,
    operation   text        NOT NULL,
    request_id  text        NOT NULL,
    asked       json        NOT NULL,
    company     text,
    project     text,
    device      text,
    case_number text
);
CREATE INDEX IF NOT EXISTS accesses_by_time ON access_log.accesses (ledger, read_at, number);
CREATE INDEX IF NOT EXISTS accesses_of_account ON access_log.accesses (ledger, account, read_at, number);
CREATE INDEX IF NOT EXISTS accesses_of_company ON access_log.accesses (ledger, company, read_at, number)
    WHERE company IS NOT NULL;
CREATE INDEX IF NOT EXISTS accesses_of_project ON access_log.accesses (ledger, project, read_at, number)
    WHERE project IS NOT NULL;
CREATE INDEX IF NOT EXISTS accesses_of_device ON access_log.accesses (ledger, device, read_at, number)
    WHERE device IS NOT NULL;
CREATE INDEX IF NOT EXISTS accesses_of_case ON access_log.accesses (ledger, case_number, read_at, number)
    WHERE case_number IS NOT NULL;
ALTER TABLE access_log.accesses ENABLE ROW LEVEL SECURITY;
DO $$ BEGIN
    CREATE POLICY read_all ON access_log.accesses FOR SELECT USING (true);
    CREATE POLICY add_any ON access_log.accesses FOR INSERT WITH CHECK (true);
    CREATE POLICY delete_old ON access_log.accesses FOR DELETE USING (read_at < now() - interval '30 days');
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;
GRANT SELECT, INSERT, DELETE ON access_log.accesses TO "us-ledger-api";
-- Who may do what in the database of RMA. Its owner runs it with psql, once the two roles exist; again is harmless.
--
-- The projector owns the schema of what follows from the log. What people say of themselves and what they attach follows
-- from no log and is in no topic: the API keeps it in a schema of its own, and the projector has no access.

GRANT CONNECT ON DATABASE :"DBNAME" TO "us-rma-projector", "us-rma-api";

CREATE SCHEMA IF NOT EXISTS rma AUTHORIZATION "us-rma-projector";
GRANT USAGE ON SCHEMA rma TO "us-rma-api";
ALTER DEFAULT PRIVILEGES FOR ROLE "us-rma-projector" IN SCHEMA rma GRANT SELECT ON TABLES TO "us-rma-api";

-- The same tables once more, in which a rebuild fills them beside those that are read, and which of the two is live. Who
-- makes rows says so; nobody can make a third one.
CREATE SCHEMA IF NOT EXISTS rma_2 AUTHORIZATION "us-rma-projector";
GRANT USAGE ON SCHEMA rma_2 TO "us-rma-api";
ALTER DEFAULT PRIVILEGES FOR ROLE "us-rma-projector" IN SCHEMA rma_2 GRANT SELECT ON TABLES TO "us-rma-api";
CREATE SCHEMA IF NOT EXISTS rma_live;
CREATE TABLE IF NOT EXISTS rma_live.generation (
    schema    text    NOT NULL CHECK (schema IN ('rma', 'rma_2')),
    keeps_old boolean NOT NULL DEFAULT false
);
INSERT INTO rma_live.generation (schema) SELECT 'rma' WHERE NOT EXISTS (SELECT FROM rma_live.generation);
GRANT USAGE ON SCHEMA rma_live TO "us-rma-projector", "us-rma-api";
GRANT SELECT ON rma_live.generation TO "us-rma-projector", "us-rma-api";
GRANT UPDATE ON rma_live.generation TO "us-rma-projector";

CREATE SCHEMA IF NOT EXISTS rma_private;
GRANT USAGE ON SCHEMA rma_private TO "us-rma-api";
CREATE TABLE IF NOT EXISTS rma_private.staff_texts (
    ledger     integer     NOT NULL,
    command_id text        NOT NULL,
    member     text        NOT NULL,
    digest     text        NOT NULL,
    salt       bytea,
    text       text,
    written    timestamptz NOT NULL DEFAULT now(),
    confirmed  boolean     NOT NULL DEFAULT false,
    erased     timestamptz,
    erased_by  text,
    PRIMARY KEY (ledger, digest),
    CHECK ((text IS NULL) = (erased IS NOT NULL) AND (salt IS NULL) = (erased IS NOT NULL))
);
CREATE INDEX IF NOT EXISTS staff_texts_by_command ON rma_private.staff_texts (ledger, command_id);
CREATE INDEX IF NOT EXISTS staff_texts_by_reference ON rma_private.staff_texts (ledger, text) WHERE member = 'reference';

-- What a requester says when a case is filed. It belongs to the case that its command became, if it became one.
CREATE TABLE IF NOT EXISTS rma_private.requests (
    ledger     integer     NOT NULL,
    command_id text        NOT NULL,
    said       jsonb,
    written    timestamptz NOT NULL DEFAULT now(),
    confirmed  boolean     NOT NULL DEFAULT false,
    erased     timestamptz,
    erased_by  text,
    PRIMARY KEY (ledger, command_id),
    CHECK ((said IS NULL) = (erased IS NOT NULL))
);
CREATE INDEX IF NOT EXISTS requests_unconfirmed ON rma_private.requests (ledger, written) WHERE NOT confirmed;

CREATE TABLE IF NOT EXISTS rma_private.messages (
    number     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ledger     integer     NOT NULL,
    rma        text        NOT NULL,
    command_id text        NOT NULL,
    account    text        NOT NULL,
    company    text        NOT NULL,
    text       text,
    written    timestamptz NOT NULL DEFAULT now(),
    erased     timestamptz,
    erased_by  text,
    UNIQUE (ledger, command_id),
    CHECK ((text IS NULL) = (erased IS NOT NULL))
);
CREATE INDEX IF NOT EXISTS messages_of_case ON rma_private.messages (ledger, rma, number);

-- `blob` is where the bytes lie, once they are `stored`; it is gone with the name when the attachment is erased.
CREATE TABLE IF NOT EXISTS rma_private.attachments (
    number     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ledger     integer     NOT NULL,
    rma        text        NOT NULL,
    command_id text        NOT NULL,
    account    text        NOT NULL,
    company    text        NOT NULL,
    file_name  text,
    media_type text        NOT NULL,
    size       integer     NOT NULL,
    sha256     text        NOT NULL,
    blob       text,
    stored     boolean     NOT NULL DEFAULT false,
    written    timestamptz NOT NULL DEFAULT now(),
    erased     timestamptz,
    erased_by  text,
    UNIQUE (ledger, command_id),
    CHECK ((file_name IS NULL) = (erased IS NOT NULL) AND (blob IS NULL) = (erased IS NOT NULL))
);
CREATE INDEX IF NOT EXISTS attachments_of_case ON rma_private.attachments (ledger, rma, number);
CREATE TABLE IF NOT EXISTS rma_private.blobs (
    name  text    NOT NULL,
    part  integer NOT NULL,
    bytes bytea   NOT NULL,
    PRIMARY KEY (name, part)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON
    rma_private.staff_texts, rma_private.requests, rma_private.messages, rma_private.attachments, rma_private.blobs
    TO "us-rma-api";

-- What the vendor's staff has read of cases. The API adds to it and changes nothing; it can delete only what is older than
-- a month.
CREATE TABLE IF NOT EXISTS rma_private.accesses (
    number      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ledger      integer     NOT NULL,
    read_at     timestamptz NOT NULL DEFAULT now(),
    account     text        NOT NULL,
    operation   text        NOT NULL,
    request_id  text        NOT NULL,
    asked       json        NOT NULL,
    company     text,
    project     text,
    device      text,
    case_number text
);
CREATE INDEX IF NOT EXISTS accesses_by_time ON rma_private.accesses (ledger, read_at, number);
CREATE INDEX IF NOT EXISTS accesses_of_account ON rma_private.accesses (ledger, account, read_at, number);
CREATE INDEX IF NOT EXISTS accesses_of_company ON rma_private.accesses (ledger, company, read_at, number)
    WHERE company IS NOT NULL;
CREATE INDEX IF NOT EXISTS accesses_of_project ON rma_private.accesses (ledger, project, read_at, number)
    WHERE project IS NOT NULL;
CREATE INDEX IF NOT EXISTS accesses_of_device ON rma_private.accesses (ledger, device, read_at, number)
    WHERE device IS NOT NULL;
CREATE INDEX IF NOT EXISTS accesses_of_case ON rma_private.accesses (ledger, case_number, read_at, number)
    WHERE case_number IS NOT NULL;
ALTER TABLE rma_private.accesses ENABLE ROW LEVEL SECURITY;
DO $$ BEGIN
    CREATE POLICY read_all ON rma_private.accesses FOR SELECT USING (true);
    CREATE POLICY add_any ON rma_private.accesses FOR INSERT WITH CHECK (true);
    CREATE POLICY delete_old ON rma_private.accesses FOR DELETE USING (read_at < now() - interval '30 days');
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;
GRANT SELECT, INSERT, DELETE ON rma_private.accesses TO "us-rma-api";
-- Who may do what in the database of audio. Its owner runs it with psql, once the roles exist; again is harmless.
--
-- The projector owns the schema of what follows from the log. Where files lie, what an account asked for, and which worker is
-- at a conversion follows from no log.

GRANT CONNECT ON DATABASE :"DBNAME" TO "us-audio-projector", "us-audio-api", "us-audio-worker";

CREATE SCHEMA IF NOT EXISTS audio AUTHORIZATION "us-audio-projector";
GRANT USAGE ON SCHEMA audio TO "us-audio-api", "us-audio-worker";
ALTER DEFAULT PRIVILEGES FOR ROLE "us-audio-projector" IN SCHEMA audio GRANT SELECT ON TABLES TO "us-audio-api", "us-audio-worker";

-- The same tables once more, in which a rebuild fills them beside those that are read, and which of the two is live. Who
-- makes rows says so; nobody can make a third one.
CREATE SCHEMA IF NOT EXISTS audio_2 AUTHORIZATION "us-audio-projector";
GRANT USAGE ON SCHEMA audio_2 TO "us-audio-api", "us-audio-worker";
ALTER DEFAULT PRIVILEGES FOR ROLE "us-audio-projector" IN SCHEMA audio_2 GRANT SELECT ON TABLES TO "us-audio-api", "us-audio-worker";
CREATE SCHEMA IF NOT EXISTS audio_live;
CREATE TABLE IF NOT EXISTS audio_live.generation (
    schema    text    NOT NULL CHECK (schema IN ('audio', 'audio_2')),
    keeps_old boolean NOT NULL DEFAULT false
);
INSERT INTO audio_live.generation (schema) SELECT 'audio' WHERE NOT EXISTS (SELECT FROM audio_live.generation);
GRANT USAGE ON SCHEMA audio_live TO "us-audio-projector", "us-audio-api", "us-audio-worker";
GRANT SELECT ON audio_live.generation TO "us-audio-projector", "us-audio-api", "us-audio-worker";
GRANT UPDATE ON audio_live.generation TO "us-audio-projector";

CREATE SCHEMA IF NOT EXISTS audio_private;
GRANT USAGE ON SCHEMA audio_private TO "us-audio-api", "us-audio-worker";

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
    audio_private.requests, audio_private.kept, audio_private.claims, audio_private.blobs TO "us-audio-api";
GRANT SELECT, INSERT, UPDATE ON audio_private.kept, audio_private.claims TO "us-audio-worker";
GRANT SELECT, INSERT ON audio_private.blobs TO "us-audio-worker";
-- Who may do what in the database of the portal. Its owner runs it with psql, once the roles exist; again is harmless.
--
-- The portal owns its schema and makes its tables itself; no other service may look into them.

GRANT CONNECT ON DATABASE :"DBNAME" TO "us-portal";

CREATE SCHEMA IF NOT EXISTS portal AUTHORIZATION "us-portal";
