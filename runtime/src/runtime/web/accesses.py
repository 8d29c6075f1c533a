"""No read of the vendor's staff without its record: kept before the response begins, and refused where it can't be."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query
from pydantic import TypeAdapter
from starlette.datastructures import QueryParams
from starlette.types import Scope

from contracts.identifiers import UUID_PATTERN
from contracts.moments import Moment
from runtime.accesses import (
    About,
    Access,
    Accesses,
    AccessPlace,
    AccessSearch,
    AccessView,
    Reading,
    RecordsAccesses,
    Thing,
)
from runtime.logs import get_logger
from runtime.tokens import Caller
from runtime.trouble import Trouble
from runtime.web.bulk import KEY_PATTERN
from runtime.web.pagination import PageView, after_text, bad_cursor, paged
from runtime.web.path_values import digits_of_serial, serial_of
from runtime.web.problems import Refused

HOW = frozenset({"cursor", "after", "limit", "at_least", "as_of", "order", "sort", "expand", "format", "paper"})
"""Parameters that say how an answer looks or where it begins; all others say what is asked for, and are recorded."""
SERIAL_DIGITS = 12
NUMBER_DIGITS = 18
"""Of a number in a cursor: the database compares it with a bigint."""
READ = frozenset({200, 304})
"""Statuses of a response that told something: 304 says that what the reader has is still so."""

_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)
_log = get_logger("runtime.web")


@dataclass(frozen=True, slots=True)
class Recording:
    """What of an API is recorded: every GET but those of `exempt`, each of which says why not.

    `things` are the parameters of path and query that name what an access is about.
    """

    exempt: Mapping[str, str] = field(default_factory=dict[str, str])
    things: Mapping[str, Thing] = field(default_factory=dict[str, Thing])

    def takes(self, method: str, operation: str) -> bool:
        return method == "GET" and operation not in self.exempt


class AccessRecorder:
    """Records what is read of an API by the rights of staff."""

    def __init__(self, accesses: RecordsAccesses, recording: Recording) -> None:
        self._accesses = accesses
        self._recording = recording

    async def before(self, status: int, *, scope: Scope, caller: Caller, read: Reading) -> None:
        """Called before a response begins; raises Refused where it has to be recorded and can't be."""
        if not read.by_staff or status not in READ or not self._recording.takes(scope["method"], scope["route"].name):
            return
        try:
            await self._accesses.record(self._access(scope, caller))
        except Trouble as trouble:
            _log.warning("access_not_recorded", operation=scope["route"].name, reason=str(trouble))
            raise Refused("access_not_recorded", retry_after_seconds=trouble.retry_after_seconds) from None

    def _access(self, scope: Scope, caller: Caller) -> Access:
        query = QueryParams(scope["query_string"])
        said: dict[str, list[str]] = {name: [str(value)] for name, value in scope["path_params"].items()}
        said |= {name: query.getlist(name) for name in query if name not in HOW}
        return Access(
            account=caller.account,
            operation=scope["route"].name,
            request_id=scope["state"]["correlation_id"],
            asked={name: " ".join(values) for name, values in said.items()},
            things=dict(self._things(said)),
        )

    def _things(self, said: Mapping[str, list[str]]) -> Iterator[tuple[Thing, str]]:
        """What is named as a whole: a part of a serial, or several of them, name no device."""
        for name, thing in self._recording.things.items():
            match thing, said.get(name):
                case "device", [text]:
                    if len(serial := digits_of_serial(text) or "") == SERIAL_DIGITS:
                        yield thing, serial
                case _, [text]:
                    yield thing, text
                case _:
                    pass


async def _wanted(
    *,
    account: Annotated[str | None, Query(pattern=UUID_PATTERN, description="What this account has read.")] = None,
    company: Annotated[str | None, Query(pattern=UUID_PATTERN, description="What was of this company alone.")] = None,
    project: Annotated[str | None, Query(pattern=UUID_PATTERN, description="What was about this project.")] = None,
    device: Annotated[str | None, Query(max_length=24, description="What was about this serial.")] = None,
    case: Annotated[
        str | None, Query(max_length=64, pattern=KEY_PATTERN, description="What was about the case of this number.")
    ] = None,
    since: Annotated[Moment | None, Query(description="Not earlier.")] = None,
    until: Annotated[Moment | None, Query(description="Earlier.")] = None,
) -> AccessSearch:
    said: dict[About, str | None] = {"account": account, "company": company, "project": project, "case": case}
    said["device"] = None if device is None else serial_of(device)
    named: list[tuple[About, str]] = [(about, value) for about, value in said.items() if value is not None]
    if len(named) > 1:
        raise Refused("request_invalid", "Name an account, a company, a project, a device or a case, not several.")
    return AccessSearch(named[0] if named else None, since, until)


WantedAccesses = Annotated[AccessSearch, Depends(_wanted)]


async def access_page(accesses: Accesses, wanted: AccessSearch, cursor: str | None, limit: int) -> PageView[AccessView]:
    """A page of accesses with its cursor; raises Refused."""
    page = await accesses.page(wanted, _place(cursor), limit)
    return paged(page, lambda row: f"{row.time.isoformat()}/{row.number}")


def _place(cursor: str | None) -> AccessPlace | None:
    """The place in a cursor; raises Refused."""
    if cursor is None:
        return None
    time, _, number = after_text(cursor).partition("/")
    if not (number.isdecimal() and len(number) <= NUMBER_DIGITS):
        raise bad_cursor()
    try:
        return AccessPlace(_MOMENT.validate_python(datetime.fromisoformat(time)), int(number))
    except ValueError:
        raise bad_cursor() from None
