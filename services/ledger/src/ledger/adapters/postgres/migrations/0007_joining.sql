-- Joining a company: invitations of accounts, offers of companies, and which company was imported into which.

CREATE TABLE ledger.invitations (
    ledger      integer     NOT NULL,
    code_digest text        NOT NULL,
    company     text        NOT NULL,
    code_hint   text        NOT NULL,
    expires     timestamptz NOT NULL,
    sequence    integer     NOT NULL,
    time        timestamptz NOT NULL,
    account     text,
    withdrawn   boolean     NOT NULL DEFAULT false,
    ended       timestamptz,
    PRIMARY KEY (ledger, code_digest),
    CHECK ((ended IS NULL) = (account IS NULL AND NOT withdrawn))
);
CREATE INDEX invitations_of_company ON ledger.invitations (ledger, company, sequence);

CREATE TABLE ledger.company_offers (
    ledger     integer     NOT NULL,
    company    text        NOT NULL,
    offered_to text        NOT NULL,
    sequence   integer     NOT NULL,
    time       timestamptz NOT NULL,
    PRIMARY KEY (ledger, company)
);
CREATE INDEX company_offers_to ON ledger.company_offers (ledger, offered_to, company);

ALTER TABLE ledger.companies ADD COLUMN imported_into text;
