-- Members, rights in projects, names that change, offers of devices and claim codes.

CREATE TABLE ledger.members (
    ledger        integer     NOT NULL,
    account       text        NOT NULL,
    company       text        NOT NULL,
    administrator boolean     NOT NULL,
    sequence      integer     NOT NULL,
    time          timestamptz NOT NULL,
    PRIMARY KEY (ledger, account, company)
);
CREATE INDEX members_of_company ON ledger.members (ledger, company, account);
INSERT INTO ledger.members
SELECT ledger, a.account, company, true, a.sequence, c.time
  FROM ledger.administrators AS a JOIN ledger.companies AS c USING (ledger, company);
DROP TABLE ledger.administrators;

CREATE TABLE ledger.grants (
    ledger     integer     NOT NULL,
    account    text        NOT NULL,
    acting_for text        NOT NULL,
    project    text        NOT NULL,
    rights     text[]      NOT NULL CHECK (cardinality(rights) >= 1),
    sequence   integer     NOT NULL,
    time       timestamptz NOT NULL,
    PRIMARY KEY (ledger, account, acting_for, project)
);
CREATE INDEX grants_in_project ON ledger.grants (ledger, project, account, acting_for);

-- The ledger keeps names apart; in one batch a name may pass from one project to another.
ALTER TABLE ledger.projects DROP CONSTRAINT projects_ledger_company_name_key;
ALTER TABLE ledger.projects ADD COLUMN archived timestamptz;
CREATE INDEX projects_of_company ON ledger.projects (ledger, company, sequence);

CREATE TABLE ledger.device_offers (
    ledger     integer     NOT NULL,
    serial     text        NOT NULL,
    company    text        NOT NULL,
    project    text        NOT NULL,
    offered_to text        NOT NULL,
    sequence   integer     NOT NULL,
    time       timestamptz NOT NULL,
    PRIMARY KEY (ledger, serial)
);
CREATE INDEX device_offers_by ON ledger.device_offers (ledger, company, serial);
CREATE INDEX device_offers_to ON ledger.device_offers (ledger, offered_to, serial);

CREATE TABLE ledger.claim_codes (
    ledger      integer     NOT NULL,
    code_digest text        NOT NULL,
    project     text        NOT NULL,
    code_hint   text        NOT NULL,
    expires     timestamptz NOT NULL,
    sequence    integer     NOT NULL,
    time        timestamptz NOT NULL,
    serial      text,
    withdrawn   boolean     NOT NULL DEFAULT false,
    ended       timestamptz,
    PRIMARY KEY (ledger, code_digest),
    CHECK ((ended IS NULL) = (serial IS NULL AND NOT withdrawn))
);
CREATE INDEX claim_codes_of_project ON ledger.claim_codes (ledger, project, sequence);
