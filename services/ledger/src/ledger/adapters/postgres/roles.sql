-- Who may do what in the database of the read side. Its owner runs it with psql, once the two roles exist; again is harmless.
--
-- The projector owns the schema: it migrates, fills and rebuilds the tables, and can make no other schema. The API reads
-- each table that there is or will be, and changes none.

REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO "ledger-projector", "ledger-api";
REVOKE ALL ON SCHEMA public FROM PUBLIC;

CREATE SCHEMA IF NOT EXISTS ledger AUTHORIZATION "ledger-projector";
GRANT USAGE ON SCHEMA ledger TO "ledger-api";
ALTER DEFAULT PRIVILEGES FOR ROLE "ledger-projector" IN SCHEMA ledger GRANT SELECT ON TABLES TO "ledger-api";

-- The same tables once more, in which a rebuild fills them beside those that are read, and which of the two is live. Who
-- makes rows says so; nobody can make a third one.
CREATE SCHEMA IF NOT EXISTS ledger_2 AUTHORIZATION "ledger-projector";
GRANT USAGE ON SCHEMA ledger_2 TO "ledger-api";
ALTER DEFAULT PRIVILEGES FOR ROLE "ledger-projector" IN SCHEMA ledger_2 GRANT SELECT ON TABLES TO "ledger-api";
CREATE SCHEMA IF NOT EXISTS ledger_live;
CREATE TABLE IF NOT EXISTS ledger_live.generation (
    schema    text    NOT NULL CHECK (schema IN ('ledger', 'ledger_2')),
    keeps_old boolean NOT NULL DEFAULT false
);
INSERT INTO ledger_live.generation (schema) SELECT 'ledger' WHERE NOT EXISTS (SELECT FROM ledger_live.generation);
GRANT USAGE ON SCHEMA ledger_live TO "ledger-projector", "ledger-api";
GRANT SELECT ON ledger_live.generation TO "ledger-projector", "ledger-api";
GRANT UPDATE ON ledger_live.generation TO "ledger-projector";

-- Parts of serials, names and references are found by their trigrams. Who makes the tables names the operators' schema;
-- who reads them need not. A list of what is to be put into an index later would be read by each search, so there is none.
CREATE SCHEMA IF NOT EXISTS trigrams;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA trigrams;
CREATE EXTENSION IF NOT EXISTS btree_gin SCHEMA trigrams;
GRANT USAGE ON SCHEMA trigrams TO "ledger-projector";

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
GRANT USAGE ON SCHEMA activity TO "ledger-projector", "ledger-api";
GRANT SELECT, INSERT, UPDATE ON activity.device_sightings, activity.positions TO "ledger-projector";
GRANT SELECT ON activity.device_sightings TO "ledger-api";

-- Texts of staff, which may name persons: the API keeps, reads and erases them, and the projector has no access. They
-- do not follow from the log, so they lie outside the schema of what is rebuilt.
CREATE SCHEMA IF NOT EXISTS texts;
GRANT USAGE ON SCHEMA texts TO "ledger-api";
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
GRANT SELECT, INSERT, UPDATE, DELETE ON texts.staff_texts TO "ledger-api";

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
GRANT SELECT, INSERT, UPDATE, DELETE ON texts.labels TO "ledger-api";

-- Cases of the help desk follow from no entry, so they lie outside the schema of what is rebuilt. Facts come by records,
-- which the projector reads, and by the webhook of the API; what people wrote comes by the webhook alone. The projector
-- cannot read a text: it takes those of a deleted case away.
CREATE SCHEMA IF NOT EXISTS support;
GRANT USAGE ON SCHEMA support TO "ledger-projector", "ledger-api";
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
GRANT SELECT, INSERT, UPDATE ON support.cases TO "ledger-projector", "ledger-api";
GRANT SELECT (ledger, number), DELETE ON support.texts TO "ledger-projector";
GRANT SELECT, INSERT, UPDATE, DELETE ON support.texts, support.deliveries TO "ledger-api";

-- What the vendor's staff has read. The API adds to it and changes nothing; it can delete only what is older than a month.
CREATE SCHEMA IF NOT EXISTS access_log;
GRANT USAGE ON SCHEMA access_log TO "ledger-api";
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
GRANT SELECT, INSERT, DELETE ON access_log.accesses TO "ledger-api";
