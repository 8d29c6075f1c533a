-- Broken devices and what stands in for them; the project's company is whoever has the project now.
CREATE TABLE ledger.replacements (
    ledger      integer     NOT NULL,
    serial      text        NOT NULL,
    replacement text        NOT NULL,
    rma         text        NOT NULL,
    project     text        NOT NULL,
    reason      text        NOT NULL,
    other_model boolean     NOT NULL,
    lots        jsonb       NOT NULL,
    sequence    integer     NOT NULL,
    time        timestamptz NOT NULL,
    PRIMARY KEY (ledger, serial)
);
CREATE UNIQUE INDEX replacements_in_order ON ledger.replacements (ledger, sequence);
CREATE INDEX replacements_of_project ON ledger.replacements (ledger, project, sequence);
