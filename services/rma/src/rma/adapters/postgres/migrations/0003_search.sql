-- Few cases among many: each is walked in the order of filing.
CREATE INDEX cases_owing ON cases (ledger, filed_sequence) WHERE owes;
CREATE INDEX cases_ended ON cases (ledger, filed_sequence) WHERE NOT open;
CREATE INDEX cases_by_day ON cases (ledger, filed, filed_sequence);
