-- Who may do what in the database of RMA. Its owner runs it with psql, once the two roles exist; again is harmless.
--
-- The projector owns the schema of what follows from the log. What people say of themselves and what they attach follows
-- from no log and is in no topic: the API keeps it in a schema of its own, and the projector has no access.

GRANT CONNECT ON DATABASE :"DBNAME" TO "rma-projector", "rma-api";

CREATE SCHEMA IF NOT EXISTS rma AUTHORIZATION "rma-projector";
GRANT USAGE ON SCHEMA rma TO "rma-api";
ALTER DEFAULT PRIVILEGES FOR ROLE "rma-projector" IN SCHEMA rma GRANT SELECT ON TABLES TO "rma-api";

-- The same tables once more, in which a rebuild fills them beside those that are read, and which of the two is live. Who
-- makes rows says so; nobody can make a third one.
CREATE SCHEMA IF NOT EXISTS rma_2 AUTHORIZATION "rma-projector";
GRANT USAGE ON SCHEMA rma_2 TO "rma-api";
ALTER DEFAULT PRIVILEGES FOR ROLE "rma-projector" IN SCHEMA rma_2 GRANT SELECT ON TABLES TO "rma-api";
CREATE SCHEMA IF NOT EXISTS rma_live;
CREATE TABLE IF NOT EXISTS rma_live.generation (
    schema    text    NOT NULL CHECK (schema IN ('rma', 'rma_2')),
    keeps_old boolean NOT NULL DEFAULT false
);
INSERT INTO rma_live.generation (schema) SELECT 'rma' WHERE NOT EXISTS (SELECT FROM rma_live.generation);
GRANT USAGE ON SCHEMA rma_live TO "rma-projector", "rma-api";
GRANT SELECT ON rma_live.generation TO "rma-projector", "rma-api";
GRANT UPDATE ON rma_live.generation TO "rma-projector";

CREATE SCHEMA IF NOT EXISTS rma_private;
GRANT USAGE ON SCHEMA rma_private TO "rma-api";
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
    TO "rma-api";

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
GRANT SELECT, INSERT, DELETE ON rma_private.accesses TO "rma-api";
