-- The read side of the log of RMA cases: all rows follow from the log, and can be thrown away.

CREATE TABLE position (
    ledger      integer PRIMARY KEY,
    sequence    integer NOT NULL,
    head        text    NOT NULL,
    next_offset bigint  NOT NULL
);
CREATE TABLE stops (
    ledger     integer PRIMARY KEY,
    sequence   integer NOT NULL,
    entry_hash text    NOT NULL,
    law        text    NOT NULL,
    sentence   text    NOT NULL
);

-- Each entry once; `rma` is null for those about a company's entitlement.
CREATE TABLE entries (
    ledger          integer     NOT NULL,
    sequence        integer     NOT NULL,
    time            timestamptz NOT NULL,
    actor           text        NOT NULL,
    event_type      text        NOT NULL,
    command_id      text        NOT NULL,
    correlation_id  text        NOT NULL,
    rma             text,
    company         text        NOT NULL,
    step            text,
    state           text,
    ledger_sequence integer     NOT NULL,
    facts           jsonb       NOT NULL,
    PRIMARY KEY (ledger, sequence)
);
CREATE INDEX entries_of_case ON entries (ledger, rma, sequence) WHERE rma IS NOT NULL;
CREATE INDEX entries_by_time ON entries (ledger, time, sequence);

-- A case as it was after each of its entries.
CREATE TABLE case_versions (
    ledger         integer     NOT NULL,
    rma            text        NOT NULL,
    sequence       integer     NOT NULL,
    time           timestamptz NOT NULL,
    filed_sequence integer     NOT NULL,
    filed          timestamptz NOT NULL,
    command_id     text        NOT NULL,
    company        text        NOT NULL,
    project        text        NOT NULL,
    serial         text        NOT NULL,
    reference      text,
    coverage       text        NOT NULL,
    state          text        NOT NULL,
    since          date        NOT NULL,
    advance        boolean     NOT NULL,
    consented      boolean     NOT NULL,
    quote          integer,
    quote_until    date,
    replacement    text,
    swap           integer,
    overdue_on     date,
    reminded       integer[]   NOT NULL,
    former         text        NOT NULL,
    open           boolean     NOT NULL,
    owes           boolean     NOT NULL,
    told           jsonb       NOT NULL,
    PRIMARY KEY (ledger, rma, sequence)
);

-- A case as it is now. Queues are walked in the order of filing.
CREATE TABLE cases (LIKE case_versions, PRIMARY KEY (ledger, rma));
CREATE UNIQUE INDEX cases_by_filing ON cases (ledger, filed_sequence);
CREATE UNIQUE INDEX cases_open ON cases (ledger, serial) WHERE open;
CREATE INDEX cases_waiting ON cases (ledger, filed_sequence) WHERE open;
CREATE INDEX cases_by_state ON cases (ledger, state, filed_sequence);
CREATE INDEX cases_of_project ON cases (ledger, project, filed_sequence);
CREATE INDEX cases_of_company ON cases (ledger, company, filed_sequence);
CREATE INDEX cases_owed ON cases (ledger, company, overdue_on, filed_sequence) WHERE owes;
CREATE INDEX cases_of_device ON cases (ledger, serial, filed_sequence);
CREATE INDEX cases_by_reference ON cases (ledger, reference) WHERE reference IS NOT NULL;
CREATE INDEX cases_by_command ON cases (ledger, command_id);

-- Each ending of the serial of a case: a part of it is the beginning of one of them.
CREATE TABLE serial_endings (
    ledger integer NOT NULL,
    ending text COLLATE "C" NOT NULL,
    rma    text NOT NULL,
    PRIMARY KEY (ledger, ending, rma)
);

CREATE TABLE entitlements (
    ledger    integer     NOT NULL,
    company   text        NOT NULL,
    threshold integer,
    reference text        NOT NULL,
    reason    text,
    sequence  integer     NOT NULL,
    time      timestamptz NOT NULL,
    PRIMARY KEY (ledger, company)
);
