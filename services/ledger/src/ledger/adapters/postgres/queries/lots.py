"""Lots of licenses, as rows keep them: JSON."""

import json

from ledger.application.queries.views import LicensesView


def lots(text: str) -> list[LicensesView]:
    """The licenses of a column of lots."""
    return [LicensesView(**lot) for lot in json.loads(text)]
