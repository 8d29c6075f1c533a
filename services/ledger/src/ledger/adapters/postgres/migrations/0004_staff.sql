-- What staff does: blocks, corrections, return limits, spent certificates, and licenses of the old manager.

CREATE TABLE ledger.blocks (
    ledger            integer     NOT NULL,
    subject           text        NOT NULL,
    company           text,
    reason            text        NOT NULL,
    reference         text        NOT NULL,
    sequence          integer     NOT NULL,
    time              timestamptz NOT NULL,
    lifted_reason     text,
    lifted_reference  text,
    lifted_sequence   integer,
    lifted            timestamptz,
    PRIMARY KEY (ledger, sequence),
    CHECK ((lifted_sequence IS NULL) = (lifted IS NULL))
);
CREATE UNIQUE INDEX blocks_that_hold ON ledger.blocks (ledger, subject) WHERE lifted_sequence IS NULL;
CREATE INDEX blocks_of_company ON ledger.blocks (ledger, company, sequence);

CREATE TABLE ledger.corrections (
    ledger           integer     NOT NULL,
    correction       text        NOT NULL,
    company          text        NOT NULL,
    source           text        NOT NULL,
    target           text        NOT NULL,
    lots             jsonb       NOT NULL,
    reason           text        NOT NULL,
    reference        text        NOT NULL,
    proposed_by      text        NOT NULL,
    sequence         integer     NOT NULL,
    time             timestamptz NOT NULL,
    state            text        NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'applied', 'rejected')),
    decided_by       text,
    decision_reason  text,
    decided_sequence integer,
    decided          timestamptz,
    PRIMARY KEY (ledger, correction),
    CHECK ((state = 'proposed') = (decided_sequence IS NULL)),
    CHECK (state <> 'applied' OR decided_by <> proposed_by)
);
CREATE INDEX corrections_in_order ON ledger.corrections (ledger, sequence);
CREATE INDEX corrections_that_wait ON ledger.corrections (ledger, sequence) WHERE state = 'proposed';

CREATE TABLE ledger.return_limit_releases (
    ledger    integer     NOT NULL,
    serial    text        NOT NULL,
    reason    text        NOT NULL,
    reference text        NOT NULL,
    sequence  integer     NOT NULL,
    time      timestamptz NOT NULL,
    PRIMARY KEY (ledger, serial, sequence)
);

CREATE TABLE ledger.spent_certificates (
    ledger             integer     NOT NULL,
    serial             text        NOT NULL,
    generation         integer     NOT NULL,
    current_generation integer     NOT NULL CHECK (current_generation > generation),
    certificate_sha256 text        NOT NULL,
    company            text        NOT NULL,
    project            text        NOT NULL,
    sequence           integer     NOT NULL,
    time               timestamptz NOT NULL,
    PRIMARY KEY (ledger, serial, generation)
);
CREATE INDEX spent_certificates_in_order ON ledger.spent_certificates (ledger, sequence);

-- Old licenses by the account that they stand in: project/<id> or device/<serial>.
CREATE TABLE ledger.legacy_licenses (
    ledger       integer NOT NULL,
    account      text    NOT NULL,
    license_name text    NOT NULL,
    count        bigint  NOT NULL CHECK (count >= 1),
    PRIMARY KEY (ledger, account, license_name)
);

CREATE TABLE ledger.legacy_imports (
    ledger     integer     NOT NULL,
    company    text        NOT NULL,
    project    text        NOT NULL,
    serial     text,
    key_digest text,
    licenses   jsonb       NOT NULL,
    reference  text        NOT NULL,
    sequence   integer     NOT NULL,
    time       timestamptz NOT NULL,
    PRIMARY KEY (ledger, sequence),
    UNIQUE (ledger, key_digest)
);
CREATE INDEX legacy_imports_of_project ON ledger.legacy_imports (ledger, project, sequence);

CREATE TABLE ledger.legacy_consents (
    ledger   integer     NOT NULL,
    serial   text        NOT NULL,
    company  text        NOT NULL,
    account  text        NOT NULL,
    sequence integer     NOT NULL,
    time     timestamptz NOT NULL,
    PRIMARY KEY (ledger, serial)
);

CREATE TABLE ledger.legacy_conversions (
    ledger   integer     NOT NULL,
    company  text        NOT NULL,
    project  text        NOT NULL,
    licenses jsonb       NOT NULL,
    lots     jsonb       NOT NULL,
    sequence integer     NOT NULL,
    time     timestamptz NOT NULL,
    PRIMARY KEY (ledger, sequence)
);
CREATE INDEX legacy_conversions_of_project ON ledger.legacy_conversions (ledger, project, sequence);
