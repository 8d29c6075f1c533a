-- Facts tell the project and the serial as well, so the rows are made anew from the log.
COMMENT ON COLUMN ledger.entries.facts IS 'What an entry says, as far as its history tells it.';
