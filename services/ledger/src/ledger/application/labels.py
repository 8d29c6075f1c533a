"""Labels of projects and devices, and notes on entries: words that lie beside the log (decision D9, rule X12).

Words belong to a project and to one thing in it, so they never follow a device to another company.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from contracts.fields import Right
from contracts.names import comparable_name
from ledger.application.queries.visibility import Viewer

Labelled = Literal["project", "device", "entry"]
WRITERS: Mapping[Labelled, frozenset[Right]] = {
    "project": frozenset({"licenses"}),
    "device": frozenset({"licenses"}),
    "entry": frozenset({"licenses", "return"}),
}
"""The rights of which one lets an account write about such a thing; a return has a right of its own."""
ANY = "*"
"""A tag that whatever is there has."""


class Words(NamedTuple):
    """What is said of a thing; a note is of entries alone, the rest of projects and devices."""

    own_name: str | None = None
    place: str | None = None
    reference: str | None = None
    note: str | None = None

    @property
    def searched(self) -> str:
        """What a search looks through: lines, which no text that is looked for can span."""
        return "\n".join(comparable_name(one or "") for one in (self.own_name, self.place, self.reference))


NOTHING = Words()


@dataclass(frozen=True, slots=True)
class Thing:
    """What words are about. A device is in its project; of an entry the project is named whose words they are."""

    kind: Labelled
    id: str
    project: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What a project says of a thing, perhaps nothing; `changed_by` is who wrote it, as the viewer may know."""

    project: str
    words: Words = NOTHING
    changed: datetime | None = None
    changed_by: str | None = None

    @property
    def tag(self) -> str:
        """Another one for other words, and for the same ones written again after they were erased."""
        said = json.dumps([*self.words, self.changed and self.changed.isoformat()])
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    def is_one_of(self, tags: frozenset[str] | None) -> bool:
        """Whether a request that expects these tags means what is kept now; None expects nothing."""
        return tags is None or self.tag in tags or (ANY in tags and self.words != NOTHING)


class LabelChanged(Exception):  # noqa: N818 - states the world
    """Somebody else has written there since the words were read."""


class LabelFrozen(Exception):  # noqa: N818 - states the world
    """The project is archived: words can only be erased there."""


class Labels(Protocol):
    """Keeps the words of one ledger's projects. None for what is absent or hidden.

    Raises NoRight where the viewer may know why, and Trouble.
    """

    async def read(self, viewer: Viewer, thing: Thing) -> Kept | None: ...
    async def of_devices(self, viewer: Viewer, serials: Sequence[str]) -> Mapping[str, Words]:
        """What those of these devices are called that the viewer sees and that have a label."""
        ...

    async def write(self, viewer: Viewer, thing: Thing, words: Words, expected: frozenset[str] | None) -> Kept | None:
        """Put these words in the place of those before; nothing but None erases them.

        Raises LabelChanged unless what is kept has one of the `expected` tags, and LabelFrozen.
        """
        ...

    async def erase(self, viewer: Viewer, thing: Thing) -> Kept | None:
        """Take the words away; also for the vendor's staff."""
        ...

    async def erase_all(self, viewer: Viewer, project: str) -> int | None:
        """Take all words of a project away, and say how many: for the company's administrators and staff.

        Also those of devices that have left it.
        """
        ...

    async def follow(self, serial: str, project: str, sequence: int) -> None:
        """Let the label of a device that moved by this entry go along, if it came from a project of the same company.

        Again is harmless. A label that is there already stays, as does one of a device that has moved on since.
        """
        ...
