-- Passkeys of accounts, and the challenge that a browser has to answer with one.

CREATE TABLE portal.passkeys (
    credential bytea       PRIMARY KEY,
    account    text        NOT NULL REFERENCES portal.accounts ON DELETE CASCADE,
    public_key bytea       NOT NULL,
    sign_count bigint      NOT NULL,
    name       text        NOT NULL,
    added      timestamptz NOT NULL,
    used       timestamptz
);
CREATE INDEX passkeys_of_account ON portal.passkeys (account);

CREATE TABLE portal.passkey_challenges (
    cookie_digest text        PRIMARY KEY,
    challenge     bytea       NOT NULL,
    made          timestamptz NOT NULL
);
CREATE INDEX passkey_challenges_by_age ON portal.passkey_challenges (made);
