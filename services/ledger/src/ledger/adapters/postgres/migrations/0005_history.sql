-- History: which entries concern what, what an account held after each movement, what a device was, and lists that
-- cost the same on every page.

-- Units of the type in the account after the movement; null for issuance, which holds what all others lack.
ALTER TABLE ledger.movements ADD COLUMN held bigint CHECK (held >= 0);
CREATE INDEX movements_by_type ON ledger.movements (ledger, account, license_type, sequence, line);

CREATE TABLE ledger.entries (
    ledger         integer     NOT NULL,
    sequence       integer     NOT NULL,
    time           timestamptz NOT NULL,
    actor          text        NOT NULL,
    event_type     text        NOT NULL,
    command_id     text        NOT NULL,
    correlation_id text        NOT NULL,
    subject        text        NOT NULL,
    companies      text[]      NOT NULL,
    PRIMARY KEY (ledger, sequence)
);
CREATE INDEX entries_in_time ON ledger.entries (ledger, time, sequence);

CREATE TABLE ledger.subject_entries (
    ledger   integer NOT NULL,
    subject  text    NOT NULL,
    sequence integer NOT NULL,
    PRIMARY KEY (ledger, subject, sequence)
);

CREATE TABLE ledger.device_versions (
    ledger     integer     NOT NULL,
    serial     text        NOT NULL,
    company    text        NOT NULL,
    project    text        NOT NULL,
    generation integer     NOT NULL,
    issue      integer     NOT NULL,
    sequence   integer     NOT NULL,
    time       timestamptz NOT NULL,
    licenses   jsonb       NOT NULL,
    PRIMARY KEY (ledger, serial, sequence)
);

CREATE TABLE ledger.devices_by_type (
    ledger       integer NOT NULL,
    serial       text    NOT NULL,
    company      text    NOT NULL,
    project      text    NOT NULL,
    license_type text    NOT NULL,
    PRIMARY KEY (ledger, serial, license_type)
);
CREATE INDEX devices_by_type_everywhere ON ledger.devices_by_type (ledger, license_type, serial);
CREATE INDEX devices_by_type_of_company ON ledger.devices_by_type (ledger, company, license_type, serial);
CREATE INDEX devices_by_type_of_project ON ledger.devices_by_type (ledger, project, license_type, serial);

CREATE INDEX devices_of_company ON ledger.devices (ledger, company, serial);
CREATE INDEX activation_keys_in_order ON ledger.activation_keys (ledger, issued_sequence);
CREATE INDEX activation_keys_of_order ON ledger.activation_keys (ledger, order_number, issued_sequence);
