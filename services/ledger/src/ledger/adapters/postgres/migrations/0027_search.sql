-- One box that finds things by any part of what one knows of them. The trigrams are of `roles.sql`, which makes the index
-- of texts of staff as well. A list of what is to be put into an index later would be read by each search: there is none.
CREATE INDEX devices_by_part ON ledger.devices
    USING gin (ledger, company, project, serial trigrams.gin_trgm_ops) WITH (fastupdate = off);
CREATE INDEX delivered_devices_by_part ON ledger.delivered_devices
    USING gin (ledger, serial trigrams.gin_trgm_ops) WITH (fastupdate = off);
CREATE INDEX projects_by_part ON ledger.projects
    USING gin (ledger, company, project, comparable_name trigrams.gin_trgm_ops) WITH (fastupdate = off);
CREATE INDEX activation_keys_by_part_of_order ON ledger.activation_keys
    USING gin (ledger, lower(order_number) trigrams.gin_trgm_ops) WITH (fastupdate = off);
CREATE INDEX activation_keys_by_hint ON ledger.activation_keys (ledger, key_hint, issued_sequence);
CREATE INDEX entries_of_command ON ledger.entries USING hash (command_id);
