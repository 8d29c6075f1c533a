-- The first file of each format, as soon as it is made; `file` is of the events.

CREATE TABLE files (
    job    text NOT NULL,
    format text NOT NULL,
    file   text NOT NULL,
    PRIMARY KEY (job, format)
);
