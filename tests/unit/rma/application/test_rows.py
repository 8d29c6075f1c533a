"""What entries leave in the read side, in whatever portions they come."""

from contracts.rma.entries import RMA_ENTRIES
from rma.application.projection.rows import CaseRow, fold, is_decision
from tests.support.rma.case_log import SHAPES, log_of

FORGED = 5
"""The entry of that log that was set aside."""


def test_entry_by_entry_leaves_the_rows_that_all_at_once_leave() -> None:
    decoded = map(RMA_ENTRIES.decode, log_of(len(SHAPES)).values)
    entries = [entry for entry in decoded if entry.sequence != FORGED and not is_decision(entry)]

    known = dict[str, CaseRow]()
    one_by_one = list[object]()
    for entry in entries:
        changes = fold([entry], known.values())
        known |= {row.rma: row for row in changes.versions}
        one_by_one += [*changes.entries, *changes.versions, *changes.entitlements]

    at_once = fold(entries, ())
    assert sorted(one_by_one, key=repr) == sorted(
        [*at_once.entries, *at_once.versions, *at_once.entitlements], key=repr
    )
