-- When somebody last gave the password in a session: what can't be undone asks for a recent one.

ALTER TABLE portal.sessions ADD COLUMN confirmed timestamptz;
UPDATE portal.sessions SET confirmed = opened;
ALTER TABLE portal.sessions ALTER COLUMN confirmed SET NOT NULL;
