"""One search over all that people have a name, a number or a reference of."""

import re
from typing import Annotated

from fastapi import APIRouter, Query

from contracts import pasted
from contracts.codes.activation_key import ALPHABET
from contracts.codes.code_hint import SYMBOLS
from contracts.names import comparable_name
from ledger.application.queries.search import SearchText, SearchView
from ledger.entrypoints.api.dependencies import TheCaller, TheServices
from ledger.entrypoints.api.models.base import NO_CONTROLS
from runtime.web.consistency import Reached
from runtime.web.path_values import digits_of_serial

router = APIRouter(prefix="/v1", tags=["search"])

MAX_HITS = 20
"""Of each kind: more than anybody reads in a box that completes what one types."""

_HINT = re.compile(f"[{ALPHABET}]{{{SYMBOLS}}}")
_RUN = re.compile(r"[^\W_]{3}")
"""Three letters or digits side by side, which an index of trigrams can look for."""


@router.get("/search", dependencies=[Reached])
async def search(
    services: TheServices,
    caller: TheCaller,
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=80,
            pattern=NO_CONTROLS,
            description="Any part of a serial, as people paste it, of the name of a project, or of number or title of a"
            " support case, or the hint of a key;"
            " for staff also any part of an order number or a reference. Fewer than three letters or digits are looked"
            " for where serials and names begin.",
            examples=["0102-03", "hotel"],
        ),
    ],
    limit: Annotated[int, Query(ge=1, le=MAX_HITS, description="How many of each kind.")] = MAX_HITS,
) -> SearchView:
    """What the caller may see of all that matches, kind by kind, the best match first.

    The vendor's staff also finds delivered devices that are in no project, and entries by their reference.
    """
    return await services.queries.search(caller.viewer, _read(q), limit)


def _read(typed: str) -> SearchText:
    hint = pasted.plain(typed).upper()
    name = comparable_name(typed)
    is_part = _RUN.search(name) is not None
    return SearchText(
        serial=digits_of_serial(typed) or "",
        key_hint=hint if _HINT.fullmatch(hint) else "",
        part=typed.strip() if is_part else "",
        beginning="" if is_part else typed,
    )
