-- When a device came into the project in which it is: who sees the project learns of its sightings from then on.
ALTER TABLE ledger.devices ADD COLUMN arrived timestamptz;
