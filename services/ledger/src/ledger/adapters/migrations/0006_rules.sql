-- License files that the vendor's staff took, each time with its reason.

CREATE TABLE ledger.staff_downloads (
    ledger      integer     NOT NULL,
    serial      text        NOT NULL,
    generation  integer     NOT NULL,
    issue       integer     NOT NULL,
    file_sha256 text        NOT NULL,
    company     text        NOT NULL,
    project     text        NOT NULL,
    reason      text        NOT NULL,
    reference   text        NOT NULL,
    actor       text        NOT NULL,
    sequence    integer     NOT NULL,
    time        timestamptz NOT NULL,
    PRIMARY KEY (ledger, sequence)
);

CREATE INDEX blocks_of_subject ON ledger.blocks (ledger, subject, sequence);
