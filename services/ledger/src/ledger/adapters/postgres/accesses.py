"""What the data access log of the ledger's API is kept in, and whose a thing is that an access names."""

TABLE = "access_log.accesses"
BELONGS = """
SELECT company, project, NULL AS device FROM projects WHERE ledger = $1 AND project = $7
 UNION ALL SELECT company, project, serial FROM devices WHERE ledger = $1 AND serial = $8
 UNION ALL SELECT company, NULL, serial FROM support.cases WHERE ledger = $1 AND number = $9"""
