-- A replacement can have had a test of its own before the swap gave it the broken device's: both are kept, each with the
-- entry that made it, and what ended the own one is the swap itself.
ALTER TABLE ledger.test_licenses DROP CONSTRAINT test_licenses_pkey;
ALTER TABLE ledger.test_licenses ADD PRIMARY KEY (ledger, serial, sequence);
CREATE INDEX replacements_by_replacement ON ledger.replacements (ledger, replacement, sequence);
UPDATE ledger.test_licenses AS t
   SET generation = v.generation
  FROM ledger.device_versions AS v
 WHERE t.generation = 0 AND v.ledger = t.ledger AND v.serial = t.serial AND v.sequence = t.sequence
   AND NOT EXISTS (SELECT FROM ledger.replacements AS r WHERE r.ledger = t.ledger AND r.sequence = t.sequence);
