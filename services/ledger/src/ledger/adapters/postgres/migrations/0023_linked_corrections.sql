-- A correction has lines, several if they are linked; one of a registered delivery has none. The rows come anew from the log.
TRUNCATE ledger.corrections;
ALTER TABLE ledger.corrections
    DROP COLUMN source,
    DROP COLUMN target,
    DROP COLUMN lots,
    ADD COLUMN lines jsonb NOT NULL,
    ADD CHECK (num_nonnulls(serial, model, delivered_on) = CASE jsonb_array_length(lines) WHEN 0 THEN 3 ELSE 0 END);
