-- Secrets of second factors are sealed with the key of this id. Those without one lie readable; the portal seals them
-- at its next start.

ALTER TABLE portal.second_factors ADD COLUMN key_id text;
