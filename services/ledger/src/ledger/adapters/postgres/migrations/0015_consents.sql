-- A device that comes to another company needs the consent of that one, too.
ALTER TABLE ledger.legacy_consents DROP CONSTRAINT legacy_consents_pkey;
ALTER TABLE ledger.legacy_consents ADD PRIMARY KEY (ledger, serial, sequence);
