-- API tokens, which programs of a person exchange for short-lived ones. Secrets themselves are kept nowhere, only their
-- digests.

CREATE TABLE portal.api_tokens (
    client_id     text        PRIMARY KEY,
    secret_digest text        NOT NULL,
    account       text        NOT NULL REFERENCES portal.accounts ON DELETE CASCADE,
    company       text        NOT NULL,
    name          text        NOT NULL,
    scopes        text[]      NOT NULL CHECK (cardinality(scopes) > 0),
    made          timestamptz NOT NULL,
    expires       timestamptz NOT NULL CHECK (expires > made),
    used          timestamptz,
    ended         timestamptz,
    ended_by      text        CHECK (ended_by IN ('owner', 'lock')),
    CHECK ((ended IS NULL) = (ended_by IS NULL))
);
CREATE INDEX api_tokens_of_account ON portal.api_tokens (account);
