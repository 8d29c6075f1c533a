"""One table of every endpoint of RMA's API, and who may call it: a new one gets its row here.

`yes` may also be told that the step is not possible now; `no_right` knows of the case, to `hidden` it is not there, and
`no_scope` has a token that does not allow it.
"""

from typing import Literal

Answer = Literal["yes", "no_right", "hidden", "no_scope"]
Person = Literal[
    "clerk",
    "administrator",
    "reader",
    "member",
    "member+view",
    "member+rma",
    "guest+view",
    "guest+rma",
    "stranger",
    "ex-member",
]
"""The vendor's staff; people of the company whose device it is; guests of an end customer; and those of neither.

The reader is the administrator with a token of the scope `repairs:read`.
"""
PEOPLE: tuple[Person, ...] = (
    "clerk",
    "administrator",
    "member",
    "member+view",
    "member+rma",
    "guest+view",
    "guest+rma",
    "stranger",
    "ex-member",
)


def _row(yes: tuple[Person, ...], no_right: tuple[Person, ...] = ()) -> dict[Person, Answer]:
    return {one: "yes" if one in yes else "no_right" if one in no_right else "hidden" for one in PEOPLE}


_LOOKERS: tuple[Person, ...] = ("member+view", "guest+view")
_REQUESTERS: tuple[Person, ...] = ("administrator", "member+rma", "guest+rma")
_KNOWING: tuple[Person, ...] = ("member", *_LOOKERS)
READERS = _row(("clerk", *_REQUESTERS, *_LOOKERS), ("member",))
STAFF = _row(("clerk",), (*_REQUESTERS, *_KNOWING))
REQUESTER = _row(_REQUESTERS, ("clerk", *_KNOWING))
BOTH = _row(("clerk", *_REQUESTERS), _KNOWING)
ANYBODY = _row(PEOPLE)
"""Each sees what is his: lists are empty for who sees nothing."""
COMPANY = _row(("clerk", "administrator"), ("member", "member+view", "member+rma"))
ONLY_STAFF: dict[Person, Answer] = {one: "yes" if one == "clerk" else "no_right" for one in PEOPLE}

_ROWS = {
    "POST /v1/rmas": REQUESTER,
    "GET /v1/rmas": ANYBODY,
    "GET /v1/rmas/{rma}": READERS,
    "GET /v1/rmas/{rma}/history": READERS,
    "GET /v1/rmas/{rma}/slip": READERS,
    "GET /v1/rmas/{rma}/messages": READERS,
    "POST /v1/rmas/{rma}/messages": BOTH,
    "GET /v1/rmas/{rma}/attachments": READERS,
    "POST /v1/rmas/{rma}/attachments": BOTH,
    "GET /v1/rmas/{rma}/attachments/{number}": READERS,
    "DELETE /v1/rmas/{rma}/personal-data": STAFF,
    "POST /v1/rmas/{rma}/cancel": BOTH,
    "POST /v1/rmas/{rma}/receive": STAFF,
    "POST /v1/rmas/{rma}/quote": STAFF,
    "POST /v1/rmas/{rma}/accept": REQUESTER,
    "POST /v1/rmas/{rma}/decline": REQUESTER,
    "POST /v1/rmas/{rma}/repair": STAFF,
    "POST /v1/rmas/{rma}/unrepairable": STAFF,
    "POST /v1/rmas/{rma}/replace": STAFF,
    "POST /v1/rmas/{rma}/send-in-advance": STAFF,
    "POST /v1/rmas/{rma}/ship": STAFF,
    "POST /v1/rmas/{rma}/charge": STAFF,
    "POST /v1/rmas/{rma}/close": STAFF,
    "POST /v1/rmas/{rma}/reopen": STAFF,
    "GET /v1/companies/{company}/advance-replacement": COMPANY,
    "POST /v1/companies/{company}/advance-replacement": ONLY_STAFF,
    "POST /v1/companies/{company}/advance-replacement/withdrawal": ONLY_STAFF,
    "GET /v1/entries/{sequence}/texts": ONLY_STAFF,
    "DELETE /v1/entries/{sequence}/texts": ONLY_STAFF,
    "GET /v1/accesses": ONLY_STAFF,
    "GET /v1/case-log/stop": ONLY_STAFF,
    "POST /v1/case-log/set-asides": ONLY_STAFF,
    "POST /v1/case-log/set-asides/{decision}/approval": ONLY_STAFF,
    "POST /v1/commands": ANYBODY,
}
ENDPOINTS: dict[str, dict[Person, Answer]] = {
    endpoint: {**row, "reader": row["administrator"] if endpoint.startswith("GET ") else "no_scope"}
    for endpoint, row in _ROWS.items()
}
