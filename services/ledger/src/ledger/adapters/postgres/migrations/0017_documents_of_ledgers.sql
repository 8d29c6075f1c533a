-- Two ledgers may know a device of one serial: a document is one of its ledger. Its rows are read again in any case.
TRUNCATE ledger.license_files, ledger.return_receipts;
ALTER TABLE ledger.license_files ADD COLUMN ledger integer NOT NULL;
ALTER TABLE ledger.license_files DROP CONSTRAINT license_files_pkey;
ALTER TABLE ledger.license_files ADD PRIMARY KEY (ledger, serial);
ALTER TABLE ledger.return_receipts ADD COLUMN ledger integer NOT NULL;
ALTER TABLE ledger.return_receipts DROP CONSTRAINT return_receipts_pkey;
ALTER TABLE ledger.return_receipts ADD PRIMARY KEY (ledger, serial, generation);
