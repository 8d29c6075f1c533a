"""A line of a bulk file: what it asks for, what speaks against it, and the commands that do it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from contracts.codes.activation_key import KeyMalformed, digest, normalise
from contracts.codes.code_hint import hint_of

BATCH = "batch"
PROBLEM, WHY = "problem", "why"
"""Columns of the download of what failed, which are not read again."""


@dataclass(slots=True)
class Line:
    """`wrong` lines are never sent; `doubtful` ones may be refused, or were done before.

    `batch` is the name of what was sent together: the same command in a batch of the same name is done once.
    """

    number: int
    cells: Mapping[str, str]
    batch: str
    serial: str = ""
    activation_key: str = ""
    document: str = ""
    """In base64."""
    counts: dict[str, int] = field(default_factory=dict[str, int])
    version: int = 0
    project: str = ""
    """Its id, as `target` is; empty where there is none of what was typed."""
    target: str = ""
    note: str = ""
    state: Literal["ready", "doubtful", "wrong"] = "ready"
    why: str = ""
    code: str = ""
    first: dict[str, Any] | None = None
    """The command that has to be done before."""
    command: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def hint(self) -> str:
        """What of its activation key may be shown; empty for one that is none."""
        try:
            return hint_of(digest(normalise(self.activation_key)))
        except KeyMalformed:
            return ""

    @property
    def is_sent(self) -> bool:
        return self.state != "wrong"

    def doubt(self, why: str) -> None:
        """Say what may speak against it; the first doubt stays."""
        if self.state == "ready":
            self.state, self.why = "doubtful", why

    def refuse(self, why: str, code: str = "") -> None:
        """Say what is wrong; the first mistake stays."""
        if self.state != "wrong":
            self.state, self.why, self.code = "wrong", why, code

    def failed(self, why: str, code: str) -> dict[str, str]:
        """The line as the download of what failed has it, so that it can be mended and sent under its batch."""
        return {**self.cells, BATCH: self.batch, PROBLEM: code, WHY: why}


def key_of(batch: str, command: Mapping[str, Any]) -> str:
    """The idempotency key of a command: the same one however often, and in whatever file, a batch has it.

    The API tells the keys of one company from those of another.
    """
    said = json.dumps(["licensing/portal-bulk/v1", batch, command], sort_keys=True)
    return f"bulk-{hashlib.sha256(said.encode()).hexdigest()[:60]}"
