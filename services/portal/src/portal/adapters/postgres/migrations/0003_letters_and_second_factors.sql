-- Links of letters, second factors, and sessions that wait for one.

CREATE TABLE portal.letters (
    token_digest text        PRIMARY KEY,
    kind         text        NOT NULL CHECK (kind IN ('register', 'reset')),
    email        text        NOT NULL CHECK (email = lower(email)),
    sent         timestamptz NOT NULL,
    used         boolean     NOT NULL DEFAULT false
);
CREATE INDEX letters_by_age ON portal.letters (sent);

CREATE TABLE portal.second_factors (
    account   text    PRIMARY KEY REFERENCES portal.accounts ON DELETE CASCADE,
    secret    bytea   NOT NULL,
    last_step bigint  NOT NULL DEFAULT 0,
    is_on     boolean NOT NULL DEFAULT false
);

CREATE TABLE portal.recovery_codes (
    account     text NOT NULL REFERENCES portal.accounts ON DELETE CASCADE,
    code_digest text NOT NULL,
    PRIMARY KEY (account, code_digest)
);

ALTER TABLE portal.sessions ADD COLUMN waits_for_code boolean NOT NULL DEFAULT false;
