-- Everything that has an end, in one order: software service, warranty, tests, and codes that nobody has used. `name` is
-- a project, a serial or the digest of a code. The warranty of a device stands here once the device is proven to be its
-- company's: it was in contact there, or the vendor delivered it there.
CREATE TABLE ledger.expirations (
    ledger    integer     NOT NULL,
    name      text        NOT NULL,
    kind      text        NOT NULL,
    company   text        NOT NULL,
    project   text,
    serial    text,
    code_hint text,
    ends_on   date        NOT NULL,
    expires   timestamptz,
    sequence  integer     NOT NULL,
    PRIMARY KEY (ledger, name, kind)
);
CREATE INDEX expirations_everywhere ON ledger.expirations (ledger, kind, ends_on, name);
CREATE INDEX expirations_of_company ON ledger.expirations (ledger, company, kind, ends_on, name);
CREATE INDEX expirations_of_project ON ledger.expirations (ledger, project, kind, ends_on, name);
