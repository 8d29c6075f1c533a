-- Broken devices and what stands in for them; `company` is whoever has the project now.
CREATE TABLE ledger.replacements (
    ledger      integer     NOT NULL,
    serial      text        NOT NULL,
    replacement text        NOT NULL,
    rma         text        NOT NULL,
    company     text        NOT NULL,
    project     text        NOT NULL,
    reason      text        NOT NULL,
    other_model boolean     NOT NULL,
    lots        jsonb       NOT NULL,
    sequence    integer     NOT NULL,
    time        timestamptz NOT NULL,
    PRIMARY KEY (ledger, serial)
);
CREATE UNIQUE INDEX replacements_in_order ON ledger.replacements (ledger, sequence);
CREATE INDEX replacements_of_company ON ledger.replacements (ledger, company, sequence);
CREATE INDEX replacements_of_project ON ledger.replacements (ledger, project, sequence);

-- Every device that is or was in a project, and whose it is: a broken one stays its project's past.
CREATE VIEW ledger.known_devices AS
SELECT ledger, serial, company, project FROM ledger.devices
UNION ALL
SELECT ledger, serial, company, project FROM ledger.replacements;

-- A swap gives a device the warranty of another one, and what it had before stays its past.
ALTER TABLE ledger.delivered_devices DROP CONSTRAINT delivered_devices_pkey;
ALTER TABLE ledger.delivered_devices ADD PRIMARY KEY (ledger, serial, sequence);
