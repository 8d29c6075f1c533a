-- Who people are at an OpenID Connect provider, and identities that wait until the owner of an account links them.

CREATE TABLE portal.openid_identities (
    issuer  text        NOT NULL,
    subject text        NOT NULL,
    account text        NOT NULL REFERENCES portal.accounts ON DELETE CASCADE,
    email   text        NOT NULL,
    linked  timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX openid_identities_of_account ON portal.openid_identities (account);

CREATE TABLE portal.openid_held (
    cookie_digest text        PRIMARY KEY,
    issuer        text        NOT NULL,
    subject       text        NOT NULL,
    email         text        NOT NULL,
    name          text        NOT NULL,
    wanted        text        NOT NULL,
    held          timestamptz NOT NULL
);
CREATE INDEX openid_held_by_age ON portal.openid_held (held);
