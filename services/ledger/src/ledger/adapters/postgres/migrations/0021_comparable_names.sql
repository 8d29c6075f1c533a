-- Projects by the name as the writer compares it: lower() knows neither composition nor what one letter is in capitals.
DROP INDEX ledger.projects_by_name;
DROP INDEX ledger.projects_by_name_of_company;
ALTER TABLE ledger.projects DROP COLUMN lower_name;
TRUNCATE ledger.projects;
ALTER TABLE ledger.projects ADD COLUMN comparable_name text COLLATE "C" NOT NULL;
CREATE INDEX projects_by_name ON ledger.projects (ledger, is_archived, comparable_name, sequence);
CREATE INDEX projects_by_name_of_company ON ledger.projects (ledger, company, is_archived, comparable_name, sequence);
