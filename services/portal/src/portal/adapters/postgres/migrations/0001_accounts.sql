-- Accounts, their sessions, and passwords that were tried in vain.

CREATE TABLE portal.accounts (
    account       text        PRIMARY KEY,
    email         text        NOT NULL UNIQUE CHECK (email = lower(email)),
    name          text        NOT NULL,
    password_hash text        NOT NULL,
    language      text        NOT NULL DEFAULT 'en',
    active        boolean     NOT NULL DEFAULT true,
    created       timestamptz NOT NULL DEFAULT now()
);

-- The ledger knows companies by their ids only.
CREATE TABLE portal.companies (
    company text PRIMARY KEY,
    name    text NOT NULL
);

CREATE TABLE portal.sessions (
    session       text        PRIMARY KEY,
    cookie_digest text        NOT NULL UNIQUE,
    account       text        NOT NULL REFERENCES portal.accounts ON DELETE CASCADE,
    company       text,
    company_kind  text,
    reached       integer,
    browser       text        NOT NULL,
    opened        timestamptz NOT NULL,
    used          timestamptz NOT NULL
);
CREATE INDEX sessions_of_account ON portal.sessions (account);

CREATE TABLE portal.failures (
    email_digest text        NOT NULL,
    network      text        NOT NULL,
    tried        timestamptz NOT NULL
);
CREATE INDEX failures_of_network ON portal.failures (network, tried);
