-- Entries that two persons set aside, and the proposals behind a stop. What the projector knows to pass over is
-- `set_aside_entries`; it outlives the rows, which it makes anew without them. The decisions themselves are `entries`.
CREATE TABLE set_aside_entries (
    ledger     integer NOT NULL,
    sequence   integer NOT NULL,
    entry_hash text    NOT NULL,
    PRIMARY KEY (ledger, sequence)
);
ALTER TABLE stops ADD COLUMN waiting jsonb NOT NULL DEFAULT '[]';
CREATE INDEX entries_of_decisions ON entries (ledger, sequence)
 WHERE event_type IN ('licensing.rma.setting-aside-proposed.v1', 'licensing.rma.entries-set-aside.v1');
