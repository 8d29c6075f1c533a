"""One search over all that people have a name, a number or a reference of."""

from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import Field

from ledger.application.queries.labels import LabelView
from ledger.application.queries.views import View
from ledger.application.queries.visibility import Viewer

FoundKind = Literal["device", "project", "activation_key", "support_case", "delivered_device", "entry"]
"""In the order in which they are listed."""


class HitView(View):
    kind: FoundKind
    id: str = Field(
        description="A serial, a project, a `key_digest`, the number of a case, or the sequence of an entry.",
        examples=["009033010203"],
    )
    label: str = Field(
        description="The text that matches: a serial, a name, a part of a label, the hint of a key, the number or the"
        " title of a support case, an order number or a reference.",
        examples=["009033010203"],
    )
    subject: str = Field(description="What it is, or for an entry what it is about.")
    company: str | None
    project: str | None
    project_name: str | None
    called: LabelView | None = Field(
        default=None, description="What people of its project call a device or a project, if they do."
    )


class SearchView(View):
    """What was found, kind by kind, each from the best match on."""

    items: list[HitView]
    more: list[FoundKind] = Field(description="The kinds of which there are more than are listed.")


@dataclass(frozen=True, slots=True)
class SearchText:
    """What somebody typed, read in each of the ways that make sense; what is None or empty is none of these.

    `part` has a run of three letters or digits, else `beginning` is set: fewer are looked for where names begin.
    """

    serial: str = ""
    key_hint: str = ""
    part: str = ""
    beginning: str = ""


class SearchQueries(Protocol):
    """Raises Trouble."""

    async def search(self, viewer: Viewer, wanted: SearchText, limit: int) -> SearchView:
        """At most `limit` of each kind that the viewer may see; order numbers, references and stock for staff only."""
        ...
