-- Whose a device is: where it came by itself, and to whom the vendor delivered it.
ALTER TABLE ledger.device_stays ADD COLUMN claimed boolean NOT NULL DEFAULT false;
ALTER TABLE ledger.delivered_devices ADD COLUMN delivered_to text;

-- Tests that staff released: those of a device before this entry do not count.
CREATE TABLE ledger.test_releases (
    ledger   integer NOT NULL,
    serial   text    NOT NULL,
    sequence integer NOT NULL,
    PRIMARY KEY (ledger, serial, sequence)
);
