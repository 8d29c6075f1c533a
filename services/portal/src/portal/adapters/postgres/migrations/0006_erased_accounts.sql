-- Accounts that were erased: the id that the ledger knows, so that histories can say so, and nothing of the person.

CREATE TABLE portal.erased_accounts (
    account text        PRIMARY KEY,
    erased  timestamptz NOT NULL
);
