-- License files that the vendor's staff took, each time with its reason.

CREATE TABLE ledger.staff_downloads (
    ledger      integer     NOT NULL,
    serial      text        NOT NULL,
    generation  integer     NOT NULL,
    issue       integer     NOT NULL,
    file_sha256 text        NOT NULL,
    company     text        NOT NULL,
    project     text        NOT NULL,
    reason      text        NOT NULL,
    reference   text        NOT NULL,
    actor       text        NOT NULL,
    sequence    integer     NOT NULL,
    time        timestamptz NOT NULL,
    PRIMARY KEY (ledger, sequence)
);

CREATE INDEX blocks_of_subject ON ledger.blocks (ledger, subject, sequence);

-- Keys of the old manager's list; what was imported of them stands in legacy_imports.
CREATE TABLE ledger.legacy_keys (
    ledger     integer     NOT NULL,
    key_digest text        NOT NULL,
    company    text,
    licenses   jsonb       NOT NULL,
    reference  text        NOT NULL,
    sequence   integer     NOT NULL,
    time       timestamptz NOT NULL,
    PRIMARY KEY (ledger, key_digest)
);
CREATE INDEX legacy_keys_in_order ON ledger.legacy_keys (ledger, sequence, key_digest);

-- Rows from before do not stay: a migration empties the read side.
ALTER TABLE ledger.legacy_consents ADD COLUMN project text NOT NULL DEFAULT '';
ALTER TABLE ledger.legacy_consents ALTER COLUMN project DROP DEFAULT;
CREATE INDEX legacy_consents_of_project ON ledger.legacy_consents (ledger, project, sequence);
CREATE INDEX return_limit_releases_in_order ON ledger.return_limit_releases (ledger, sequence);

-- How far a device's warranty reached from each entry on that said so.
CREATE TABLE ledger.warranty_versions (
    ledger   integer NOT NULL,
    serial   text    NOT NULL,
    months   integer NOT NULL,
    ends_on  date    NOT NULL,
    sequence integer NOT NULL,
    PRIMARY KEY (ledger, serial, sequence)
);
