-- Entries of some types walk an index, whatever they concern; an entry names its projects and devices itself.
ALTER TABLE ledger.subject_entries ADD COLUMN event_type text NOT NULL DEFAULT '';
CREATE INDEX subject_entries_by_type ON ledger.subject_entries (ledger, subject, event_type, sequence);
CREATE INDEX entries_by_type ON ledger.entries (ledger, event_type, sequence);
ALTER TABLE ledger.entries
    ADD COLUMN projects text[] NOT NULL DEFAULT '{}',
    ADD COLUMN serials  text[] NOT NULL DEFAULT '{}';
