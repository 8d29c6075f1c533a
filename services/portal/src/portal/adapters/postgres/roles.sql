-- Who may do what in the database of the portal. Its owner runs it with psql, once the roles exist; again is harmless.
--
-- The portal owns its schema and makes its tables itself; no other service may look into them.

GRANT CONNECT ON DATABASE :"DBNAME" TO "portal";

CREATE SCHEMA IF NOT EXISTS portal AUTHORIZATION "portal";
