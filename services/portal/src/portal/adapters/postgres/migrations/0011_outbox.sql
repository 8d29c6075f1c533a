-- Letters that wait to be sent, sealed with a key that the database does not have: their links still work.
CREATE TABLE portal.outbox (
    letter   text        PRIMARY KEY,
    email    text        NOT NULL CHECK (email = lower(email)),
    key_id   text        NOT NULL,
    sealed   bytea       NOT NULL,
    written  timestamptz NOT NULL,
    expires  timestamptz NOT NULL,
    attempts integer     NOT NULL DEFAULT 0,
    next_try timestamptz NOT NULL
);
CREATE INDEX outbox_by_next_try ON portal.outbox (next_try);
