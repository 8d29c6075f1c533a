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
