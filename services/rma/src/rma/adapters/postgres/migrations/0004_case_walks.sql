-- What a search walks: each index begins with what is looked for and ends in the order of filing, so a page reads its own
-- rows and no others. Of a case that is open, or in some state, it also says whether its device is owed. The company at the
-- end of a project's is compared before the row is read: a project that changed hands has cases of two.
CREATE INDEX cases_by_phase ON cases (ledger, open, owes, filed_sequence);
CREATE INDEX cases_by_state_and_debt ON cases (ledger, state, owes, filed_sequence);
CREATE INDEX cases_of_company_by_phase ON cases (ledger, company, open, owes, filed_sequence);
CREATE INDEX cases_of_company_by_state ON cases (ledger, company, state, owes, filed_sequence);
CREATE INDEX cases_of_project_by_phase ON cases (ledger, project, open, owes, filed_sequence, company);
CREATE INDEX cases_of_project_by_state ON cases (ledger, project, state, owes, filed_sequence, company);
DROP INDEX cases_waiting, cases_by_state, cases_of_project, cases_of_company;
