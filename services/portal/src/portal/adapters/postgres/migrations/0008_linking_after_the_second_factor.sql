-- The account whose password was given for an identity that waits: it is linked once the second factor is shown, too.
ALTER TABLE portal.openid_held ADD COLUMN account text REFERENCES portal.accounts ON DELETE CASCADE;
