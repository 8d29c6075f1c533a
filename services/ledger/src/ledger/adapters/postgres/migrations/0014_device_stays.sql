-- Where a device was from an entry on, until the next of its rows: in a project of a company, or in none. Who sees the
-- project, sees what happened to the device there, and goes on seeing it after the device has left.
CREATE TABLE ledger.device_stays (
    ledger   integer NOT NULL,
    serial   text    NOT NULL,
    sequence integer NOT NULL,
    company  text,
    project  text,
    PRIMARY KEY (ledger, serial, sequence)
);
CREATE INDEX device_stays_of_company ON ledger.device_stays (ledger, company, serial);
CREATE INDEX device_stays_of_project ON ledger.device_stays (ledger, project, serial);

DROP VIEW ledger.known_devices;
