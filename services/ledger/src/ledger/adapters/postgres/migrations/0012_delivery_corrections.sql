-- A correction is of licenses between two accounts, or of what is registered of a delivered device.
ALTER TABLE ledger.corrections
    ALTER COLUMN source DROP NOT NULL,
    ALTER COLUMN target DROP NOT NULL,
    ADD COLUMN serial       text,
    ADD COLUMN model        text,
    ADD COLUMN delivered_on date,
    ADD CHECK (num_nonnulls(source, target) = 2 AND num_nonnulls(serial, model, delivered_on) = 0
            OR num_nonnulls(source, target) = 0 AND num_nonnulls(serial, model, delivered_on) = 3);
