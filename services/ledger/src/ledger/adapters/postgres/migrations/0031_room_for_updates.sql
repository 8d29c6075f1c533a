-- A device is written anew each time that its licenses change, and mostly no index has what changes then. With room for the
-- new row on the page of the old one, none is touched.
ALTER TABLE ledger.devices SET (fillfactor = 50);
