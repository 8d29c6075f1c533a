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

-- Parts of serials, names and references are found by their trigrams. Who makes the tables names the operators' schema;
-- who reads them need not. A list of what is to be put into an index later would be read by each search, so there is none.
CREATE SCHEMA IF NOT EXISTS trigrams;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA trigrams;
CREATE EXTENSION IF NOT EXISTS btree_gin SCHEMA trigrams;
GRANT USAGE ON SCHEMA trigrams TO "ledger-projector";

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
