-- The catalog, what the vendor delivered, and everything that has an end: warranty, test licenses, software service.

CREATE TABLE ledger.license_types (
    ledger        integer NOT NULL,
    license_type  text    NOT NULL,
    license_class text    NOT NULL,
    family        text    NOT NULL,
    version       integer,
    weight        integer NOT NULL CHECK (weight >= 1),
    device_limit  integer,
    sole_device   boolean NOT NULL,
    months        integer,
    sequence      integer NOT NULL,
    PRIMARY KEY (ledger, license_type)
);

CREATE TABLE ledger.device_models (
    ledger          integer NOT NULL,
    model           text    NOT NULL,
    family          text    NOT NULL,
    warranty_months integer NOT NULL,
    sequence        integer NOT NULL,
    PRIMARY KEY (ledger, model)
);

CREATE TABLE ledger.delivered_devices (
    ledger       integer NOT NULL,
    serial       text    NOT NULL,
    model        text    NOT NULL,
    delivered_on date    NOT NULL,
    base_months  integer NOT NULL,
    sequence     integer NOT NULL,
    PRIMARY KEY (ledger, serial)
);

CREATE TABLE ledger.warranties (
    ledger   integer NOT NULL,
    serial   text    NOT NULL,
    months   integer NOT NULL,
    ends_on  date    NOT NULL,
    sequence integer NOT NULL,
    PRIMARY KEY (ledger, serial)
);

-- A test runs while its device is in the generation that it was issued for, until the end of `expires`.
CREATE TABLE ledger.test_licenses (
    ledger     integer NOT NULL,
    serial     text    NOT NULL,
    generation integer NOT NULL,
    version    integer NOT NULL,
    slave      boolean NOT NULL,
    count      integer,
    issued_on  date    NOT NULL,
    expires    date    NOT NULL,
    licenses   jsonb   NOT NULL,
    sequence   integer NOT NULL,
    PRIMARY KEY (ledger, serial)
);

CREATE TABLE ledger.software_services (
    ledger   integer NOT NULL,
    project  text    NOT NULL,
    anchor   date    NOT NULL,
    months   integer NOT NULL,
    ends_on  date    NOT NULL,
    sequence integer NOT NULL,
    PRIMARY KEY (ledger, project)
);

-- Licenses that came to a project and wait until its software service is paid for them: apart from its balance.
CREATE TABLE ledger.held_licenses (
    ledger        integer NOT NULL,
    project       text    NOT NULL,
    license_type  text    NOT NULL,
    license_class text    NOT NULL,
    held          bigint  NOT NULL CHECK (held >= 0),
    PRIMARY KEY (ledger, project, license_type)
);
