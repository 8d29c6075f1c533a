-- The companies that a company took over, and those that these had taken over before. Rows about the past keep the
-- company of their time; whoever asks for a company's past asks for its predecessors' as well.
CREATE TABLE ledger.predecessors (
    ledger      integer NOT NULL,
    company     text    NOT NULL,
    predecessor text    NOT NULL,
    PRIMARY KEY (ledger, company, predecessor)
);
CREATE INDEX corrections_of_company ON ledger.corrections (ledger, company);
CREATE INDEX legacy_keys_of_company ON ledger.legacy_keys (ledger, company);
