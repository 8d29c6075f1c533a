-- A replacement can have had a test of its own before the swap gave it the broken device's: both are kept, each with the
-- entry that made it, and what ended the own one is the swap itself.
ALTER TABLE ledger.test_licenses DROP CONSTRAINT test_licenses_pkey;
ALTER TABLE ledger.test_licenses ADD PRIMARY KEY (ledger, serial, sequence);
CREATE INDEX replacements_by_replacement ON ledger.replacements (ledger, replacement, sequence);
