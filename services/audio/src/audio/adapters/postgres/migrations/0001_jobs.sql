-- The read side of conversions: all rows follow from the log, and can be thrown away.

CREATE TABLE position (
    partition   integer PRIMARY KEY,
    next_offset bigint  NOT NULL
);

-- `request`, `result` and `failure` are the data of the events; `milliseconds` is what was read of the source.
CREATE TABLE jobs (
    number       integer     GENERATED ALWAYS AS IDENTITY,
    job          text        PRIMARY KEY,
    account      text        NOT NULL,
    company      text        NOT NULL,
    batch        text,
    state        text        NOT NULL,
    requested    timestamptz NOT NULL,
    ended        timestamptz,
    milliseconds bigint      NOT NULL DEFAULT 0,
    request      text        NOT NULL,
    result       text,
    failure      text
);
CREATE INDEX jobs_of_account ON jobs (account, company, number DESC);
CREATE INDEX jobs_of_company ON jobs (company, requested);
CREATE INDEX jobs_of_batch ON jobs (batch, number) WHERE batch IS NOT NULL;
CREATE INDEX jobs_waiting ON jobs (number) WHERE state = 'waiting';
CREATE INDEX jobs_deleted ON jobs (job) WHERE state = 'deleted';
