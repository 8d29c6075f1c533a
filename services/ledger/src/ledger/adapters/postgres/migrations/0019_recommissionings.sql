-- A device can be replaced again once it is back in stock; until then its replacement has no end.
ALTER TABLE ledger.replacements DROP CONSTRAINT replacements_pkey;
ALTER TABLE ledger.replacements ADD PRIMARY KEY (ledger, serial, sequence);
ALTER TABLE ledger.replacements ADD COLUMN recommissioned_sequence integer;
ALTER TABLE ledger.replacements ADD COLUMN recommissioned timestamptz;
CREATE INDEX replacements_that_ended ON ledger.replacements (ledger, recommissioned_sequence);
