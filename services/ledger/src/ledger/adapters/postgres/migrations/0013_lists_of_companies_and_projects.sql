-- Companies and projects in lists that are narrowed: each walks an index, in the order of entries or of names.
CREATE INDEX companies_in_order ON ledger.companies (ledger, sequence);
CREATE INDEX companies_of_kind ON ledger.companies (ledger, kind, sequence);

ALTER TABLE ledger.projects
    ADD COLUMN is_archived boolean GENERATED ALWAYS AS (archived IS NOT NULL) STORED,
    ADD COLUMN lower_name  text COLLATE "C" GENERATED ALWAYS AS (lower(name)) STORED;
CREATE INDEX projects_archived_or_not ON ledger.projects (ledger, is_archived, sequence);
CREATE INDEX projects_archived_or_not_of_company ON ledger.projects (ledger, company, is_archived, sequence);
CREATE INDEX projects_by_name ON ledger.projects (ledger, is_archived, lower_name, sequence);
CREATE INDEX projects_by_name_of_company ON ledger.projects (ledger, company, is_archived, lower_name, sequence);
