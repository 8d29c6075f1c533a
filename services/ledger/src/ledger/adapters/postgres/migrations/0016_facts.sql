-- What an entry says, as far as its history tells it.
ALTER TABLE ledger.entries ADD COLUMN facts jsonb;
