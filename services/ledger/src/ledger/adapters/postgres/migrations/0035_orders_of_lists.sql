-- Devices in the order in which they came into their projects. A row is written when a device comes and goes, and not when
-- it changes: indexes on `devices` would cost something at every allocation and every delivery of a license file.
CREATE TABLE ledger.device_arrivals (
    ledger   integer NOT NULL,
    serial   text    NOT NULL,
    company  text    NOT NULL,
    project  text    NOT NULL,
    sequence integer NOT NULL,
    PRIMARY KEY (ledger, serial)
);
CREATE INDEX device_arrivals_of_company ON ledger.device_arrivals (ledger, company, sequence);
CREATE INDEX device_arrivals_in_project ON ledger.device_arrivals (ledger, project, sequence);
-- Of an expression that only the list of all devices asks for: no plan walks it to leave out what others have.
CREATE INDEX device_arrivals_everywhere ON ledger.device_arrivals (ledger, (-sequence));

-- Delivered devices by the day of their delivery.
CREATE INDEX delivered_devices_by_day ON ledger.delivered_devices (ledger, delivered_on, serial);
