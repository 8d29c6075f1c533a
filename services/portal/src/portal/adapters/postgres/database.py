"""The tables of the portal: accounts and sessions, which follow from no log and stay when a migration is applied."""

from runtime.postgres.tables import Tables

TABLES = Tables("portal", "portal.adapters.postgres", lock=0x50_4F_52)
