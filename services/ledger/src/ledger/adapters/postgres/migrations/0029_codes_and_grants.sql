-- Codes by their state, grants of a company, and the keys that a project redeemed: each list walks an index.
ALTER TABLE ledger.claim_codes ADD COLUMN state text NOT NULL GENERATED ALWAYS AS (
    CASE WHEN serial IS NOT NULL THEN 'used' WHEN withdrawn THEN 'withdrawn' ELSE 'open' END) STORED;
CREATE INDEX claim_codes_by_state ON ledger.claim_codes (ledger, project, state, sequence);
ALTER TABLE ledger.invitations ADD COLUMN state text NOT NULL GENERATED ALWAYS AS (
    CASE WHEN account IS NOT NULL THEN 'accepted' WHEN withdrawn THEN 'withdrawn' ELSE 'open' END) STORED;
CREATE INDEX invitations_by_state ON ledger.invitations (ledger, company, state, sequence);

-- The company that has the project. Rows from before do not stay: a migration empties the read side.
ALTER TABLE ledger.grants ADD COLUMN company text NOT NULL DEFAULT '';
ALTER TABLE ledger.grants ALTER COLUMN company DROP DEFAULT;
CREATE INDEX grants_in_company ON ledger.grants (ledger, company, account, acting_for, project);

CREATE INDEX activation_keys_of_project ON ledger.activation_keys (ledger, project, redeemed_sequence);
