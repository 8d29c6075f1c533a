-- What each project and each company has, by license type, and how many devices: `owner` is projects/<id> or
-- companies/<id>. Kept by what each batch changes, since a company can have more devices than a query may read.
CREATE TABLE ledger.license_totals (
    ledger        integer NOT NULL,
    owner         text    NOT NULL,
    license_type  text    NOT NULL,
    license_class text    NOT NULL,
    free          bigint  NOT NULL CHECK (free >= 0),
    held          bigint  NOT NULL CHECK (held >= 0),
    allocated     bigint  NOT NULL CHECK (allocated >= 0),
    delivered     bigint  NOT NULL CHECK (delivered BETWEEN 0 AND allocated),
    PRIMARY KEY (ledger, owner, license_type)
);
CREATE TABLE ledger.device_totals (
    ledger  integer NOT NULL,
    owner   text    NOT NULL,
    devices bigint  NOT NULL CHECK (devices >= 0),
    PRIMARY KEY (ledger, owner)
);

-- The newest issue whose file was delivered in the device's generation.
ALTER TABLE ledger.devices ADD COLUMN delivered_issue integer;
