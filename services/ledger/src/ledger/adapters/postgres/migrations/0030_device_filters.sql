-- Devices by whether their newest file was delivered, whether they are blocked, and their model: each list walks an index.
-- `blocked` is by a block of the device or of its company. `model` is what the vendor delivered, once the device is proven
-- to be its company's, so that it says no more than a guarantee does. Rows from before do not stay: a migration empties
-- the read side.
ALTER TABLE ledger.devices
    ADD COLUMN delivered boolean NOT NULL GENERATED ALWAYS AS (coalesce(delivered_issue = issue, false)) STORED,
    ADD COLUMN blocked boolean NOT NULL DEFAULT false,
    ADD COLUMN model text;
CREATE INDEX devices_by_state ON ledger.devices (ledger, delivered, blocked, serial);
CREATE INDEX devices_by_state_of_company ON ledger.devices (ledger, company, delivered, blocked, serial);
CREATE INDEX devices_by_state_of_project ON ledger.devices (ledger, project, delivered, blocked, serial);
CREATE INDEX devices_by_model ON ledger.devices (ledger, model, delivered, blocked, serial) WHERE model IS NOT NULL;
CREATE INDEX devices_by_model_of_company ON ledger.devices (ledger, company, model, delivered, blocked, serial)
 WHERE model IS NOT NULL;
CREATE INDEX devices_by_model_of_project ON ledger.devices (ledger, project, model, delivered, blocked, serial)
 WHERE model IS NOT NULL;

ALTER TABLE ledger.devices_by_type
    ADD COLUMN delivered boolean NOT NULL DEFAULT false,
    ADD COLUMN blocked boolean NOT NULL DEFAULT false,
    ADD COLUMN model text;
DROP INDEX ledger.devices_by_type_everywhere, ledger.devices_by_type_of_company, ledger.devices_by_type_of_project;
CREATE INDEX devices_by_type_everywhere
    ON ledger.devices_by_type (ledger, license_type, delivered, blocked, serial, model);
CREATE INDEX devices_by_type_of_company
    ON ledger.devices_by_type (ledger, company, license_type, delivered, blocked, serial, model);
CREATE INDEX devices_by_type_of_project
    ON ledger.devices_by_type (ledger, project, license_type, delivered, blocked, serial, model);
