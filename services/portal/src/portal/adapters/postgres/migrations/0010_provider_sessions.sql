-- The session at the OpenID Connect provider that a session here came from, and logout tokens that were taken.

ALTER TABLE portal.sessions
    ADD COLUMN openid_issuer  text,
    ADD COLUMN openid_subject text,
    ADD COLUMN openid_sid     text;
CREATE INDEX sessions_of_provider ON portal.sessions (openid_issuer, openid_subject);

ALTER TABLE portal.openid_held ADD COLUMN sid text NOT NULL DEFAULT '';

CREATE TABLE portal.openid_logouts (
    issuer     text        NOT NULL,
    jti_digest text        NOT NULL,
    taken      timestamptz NOT NULL,
    PRIMARY KEY (issuer, jti_digest)
);
CREATE INDEX openid_logouts_by_age ON portal.openid_logouts (taken);
