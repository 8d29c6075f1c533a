"""The time of a page: now, with what happens as it happens, or as of a day or an entry that somebody asks for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends

from licensing_client.api import EntriesView
from portal.adapters.apis import Asking, ask
from portal.entrypoints.web.dependencies import LIVE

MOST = 40
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """The entry that a page stands at, or None where the ledger did not say.

    `as_of` is what was asked for: a day, an entry, or nothing for now. `about` narrows what the page hears of while it
    is open. A page that `travels` can be shown as it was; `fields` are what else its address says.
    A day that is not over can still change.
    """

    stand: int | None
    as_of: str = ""
    about: Mapping[str, str] = field(default_factory=dict[str, str])
    travels: bool = False
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    is_over: bool = True

    @property
    def is_past(self) -> bool:
        return bool(self.as_of)

    @property
    def day(self) -> str:
        """The day that was asked for, if it was one."""
        return self.as_of if _DAY.fullmatch(self.as_of) else ""

    @property
    def stream(self) -> str:
        """Where the page listens."""
        return f"{LIVE}?{urlencode(self.about)}"

    @property
    def query(self) -> str:
        """What the address of the page says, for its next one."""
        return urlencode({**self.fields, **({"as_of": self.as_of} if self.as_of else {})})

    @property
    def back(self) -> str:
        """What the address of the page says now."""
        return f"?{urlencode(self.fields)}" if self.fields else ""

    def on(self, address: str) -> str:
        """An address at the same time."""
        return f"{address}{'&' if '?' in address else '?'}{urlencode({'as_of': self.as_of})}" if self.as_of else address


async def _as_of(as_of: str = "") -> str:
    return as_of.strip()[:MOST]


AsOf = Annotated[str, Depends(_as_of)]


def then(as_of: str, stand: int | None, today: date, fields: Mapping[str, str] | None = None) -> Time:
    """The time of a page that shows what was at the end of a day or at an entry."""
    is_over = not _DAY.fullmatch(as_of) or as_of < today.isoformat()
    return Time(stand=stand, as_of=as_of, travels=True, fields=fields or {}, is_over=is_over)


async def newest(
    api: Asking,
    limit: int,
    *,
    until: int | None = None,
    project: str | None = None,
    device: str | None = None,
    license_type: str | None = None,
) -> EntriesView:
    """The newest entries, or those up to an entry.

    Ask for them before all else that a page shows: then it shows at least the entry that they stand at, and hears of
    all that follows.
    """
    return await ask(
        api.ledger.list_entries,
        after=None if until is None else until + 1,
        order="newest_first",
        limit=limit,
        at_least=api.at_least,
        project=project,
        device=device,
        license_type=license_type,
    )


async def now(api: Asking) -> Time:
    """The time of a page that shows no entries; ask for it before all that the page shows."""
    return Time(stand=(await newest(api, 1))["as_of"])
