-- The read side. Every table here can be dropped and is rebuilt from the log, from offset 0.
-- The checks are the laws of the ledger once more: a row that breaks one stops the projector.

CREATE TABLE ledger.position (
    ledger      integer PRIMARY KEY,
    sequence    integer NOT NULL CHECK (sequence >= 0),
    next_offset bigint  NOT NULL CHECK (next_offset >= 0),
    head        text    NOT NULL CHECK (head ~ '^[0-9a-f]{64}$')
);

CREATE TABLE ledger.document_position (
    topic       text    NOT NULL,
    partition   integer NOT NULL,
    next_offset bigint  NOT NULL CHECK (next_offset >= 0),
    PRIMARY KEY (topic, partition)
);

CREATE TABLE ledger.companies (
    ledger          integer     NOT NULL,
    company         text        NOT NULL,
    kind            text        NOT NULL CHECK (kind IN ('reseller', 'end_customer', 'vendor')),
    default_project text        NOT NULL,
    sequence        integer     NOT NULL,
    time            timestamptz NOT NULL,
    PRIMARY KEY (ledger, company)
);

CREATE TABLE ledger.administrators (
    ledger   integer NOT NULL,
    account  text    NOT NULL,
    company  text    NOT NULL,
    sequence integer NOT NULL,
    PRIMARY KEY (ledger, account, company)
);

CREATE TABLE ledger.projects (
    ledger   integer     NOT NULL,
    project  text        NOT NULL,
    company  text        NOT NULL,
    name     text        NOT NULL,
    sequence integer     NOT NULL,
    time     timestamptz NOT NULL,
    PRIMARY KEY (ledger, project),
    UNIQUE (ledger, company, name)
);
CREATE INDEX projects_in_order ON ledger.projects (ledger, sequence);

CREATE TABLE ledger.balances (
    ledger        integer NOT NULL,
    project       text    NOT NULL,
    license_type  text    NOT NULL,
    license_class text    NOT NULL,
    free          bigint  NOT NULL CHECK (free >= 0),
    PRIMARY KEY (ledger, project, license_type)
);

CREATE TABLE ledger.activation_keys (
    ledger             integer     NOT NULL,
    key_digest         text        NOT NULL,
    key_hint           text        NOT NULL,
    lots               jsonb       NOT NULL,
    order_number       text        NOT NULL,
    customer_reference text,
    issued_sequence    integer     NOT NULL,
    issued             timestamptz NOT NULL,
    company            text,
    project            text,
    redeemed_sequence  integer,
    redeemed           timestamptz,
    PRIMARY KEY (ledger, key_digest),
    CHECK ((project IS NULL) = (redeemed_sequence IS NULL) AND (company IS NULL) = (project IS NULL))
);

CREATE TABLE ledger.devices (
    ledger     integer     NOT NULL,
    serial     text        NOT NULL,
    company    text        NOT NULL,
    project    text        NOT NULL,
    generation integer     NOT NULL CHECK (generation >= 1),
    issue      integer     NOT NULL CHECK (issue >= 1),
    sequence   integer     NOT NULL,
    time       timestamptz NOT NULL,
    PRIMARY KEY (ledger, serial)
);
CREATE INDEX devices_of_project ON ledger.devices (ledger, project, serial);

CREATE TABLE ledger.device_licenses (
    ledger        integer NOT NULL,
    serial        text    NOT NULL,
    license_type  text    NOT NULL,
    license_class text    NOT NULL,
    count         bigint  NOT NULL CHECK (count >= 1),
    PRIMARY KEY (ledger, serial, license_type)
);

CREATE TABLE ledger.deliveries (
    ledger      integer     NOT NULL,
    serial      text        NOT NULL,
    generation  integer     NOT NULL,
    issue       integer     NOT NULL,
    file_sha256 text        NOT NULL,
    path        text        NOT NULL CHECK (path IN ('direct', 'manual')),
    sequence    integer     NOT NULL,
    time        timestamptz NOT NULL,
    PRIMARY KEY (ledger, serial, generation, issue)
);

CREATE TABLE ledger.movements (
    ledger       integer     NOT NULL,
    sequence     integer     NOT NULL,
    line         integer     NOT NULL,
    account      text        NOT NULL,
    license_type text        NOT NULL,
    units        bigint      NOT NULL CHECK (units <> 0),
    time         timestamptz NOT NULL,
    actor        text        NOT NULL,
    event_type   text        NOT NULL,
    command_id   text        NOT NULL,
    PRIMARY KEY (ledger, sequence, line)
);
CREATE INDEX movements_of_account ON ledger.movements (ledger, account, sequence, line);

-- What the signer made, for the manual path; the newest sequence wins.
CREATE TABLE ledger.license_files (
    serial     text    PRIMARY KEY,
    generation integer NOT NULL,
    issue      integer NOT NULL,
    sequence   integer NOT NULL,
    sha256     text    NOT NULL,
    document   bytea   NOT NULL
);

CREATE TABLE ledger.return_receipts (
    serial     text    NOT NULL,
    generation integer NOT NULL,
    sequence   integer NOT NULL,
    sha256     text    NOT NULL,
    document   bytea   NOT NULL,
    PRIMARY KEY (serial, generation)
);
