-- Each part of the serial of a case, in the order of filing: a page of a search for one walks the index, whether the part
-- is in all serials, in a few of the last or in none. At most 78 rows a case.
CREATE TABLE serial_parts (
    ledger         integer NOT NULL,
    part           text COLLATE "C" NOT NULL,
    filed_sequence integer NOT NULL,
    PRIMARY KEY (ledger, part, filed_sequence)
);
INSERT INTO serial_parts
SELECT DISTINCT ledger, substr(serial, start, length), filed_sequence
  FROM cases, generate_series(1, 12) AS start, generate_series(1, 13 - start) AS length;
DROP TABLE serial_endings;
