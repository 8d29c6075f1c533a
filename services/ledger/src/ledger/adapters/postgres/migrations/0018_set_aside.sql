-- Entries that two persons set aside, and where a ledger is stopped. What the projector knows to pass over is
-- `set_aside_entries`; it outlives the rows, which it makes anew without them.
CREATE TABLE ledger.set_asides (
    ledger           integer     NOT NULL,
    decision         text        NOT NULL,
    entries          jsonb       NOT NULL,
    law              text        NOT NULL,
    reason           text        NOT NULL,
    reference        text        NOT NULL,
    proposed_by      text        NOT NULL,
    sequence         integer     NOT NULL,
    time             timestamptz NOT NULL,
    approved_by      text,
    decided_sequence integer,
    decided          timestamptz,
    PRIMARY KEY (ledger, decision),
    CHECK (approved_by <> proposed_by)
);

CREATE TABLE ledger.set_aside_entries (
    ledger     integer NOT NULL,
    sequence   integer NOT NULL,
    entry_hash text    NOT NULL,
    PRIMARY KEY (ledger, sequence)
);

CREATE TABLE ledger.stops (
    ledger     integer     PRIMARY KEY,
    sequence   integer     NOT NULL,
    entry_hash text        NOT NULL,
    law        text        NOT NULL,
    sentence   text        NOT NULL,
    waiting    jsonb       NOT NULL
);
