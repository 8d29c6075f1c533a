"""Lines of the old manager's list as staff types or pastes them."""

import re
from collections.abc import Sequence

from contracts.identifiers import UUID_PATTERN
from contracts.legacy import MAX_LISTED_KEYS
from licensing_client.api import LegacyLicensesBody, ListedKeyBody
from portal.entrypoints.web.words import Words

_BETWEEN = re.compile(r"[;\t]")
_LOT = re.compile(r"([1-9][0-9]{0,8}) +(\S+)")


class LineWrong(Exception):  # noqa: N818 - states the world
    """A line that can't be read; the message is a sentence for whoever typed it."""


def listed_keys(text: str, _: Words) -> list[ListedKeyBody]:
    """A key in each line, then what it stands for, and the id of the company that redeemed it, if one did."""
    keys = list[ListedKeyBody]()
    for number, (key, *cells) in _lines(text):
        companies = [cell for cell in cells if re.fullmatch(UUID_PATTERN, cell.lower())]
        lots = [_lot(cell, number, _) for cell in cells if cell not in companies]
        if not lots:
            raise LineWrong(_("Line {line} says nothing of what its key stands for.", line=number))
        listed: ListedKeyBody = {"legacy_key": key, "licenses": lots}
        if companies:
            listed["company"] = companies[0].lower()
        keys.append(listed)
    if not 0 < len(keys) <= MAX_LISTED_KEYS:
        raise LineWrong(_("Give 1 to {most} keys, one in each line.", most=MAX_LISTED_KEYS))
    return keys


def lots(text: str, _: Words) -> list[LegacyLicensesBody]:
    """A count and a name in each line, or between semicolons."""
    found = [_lot(cell, number, _) for number, cells in _lines(text) for cell in cells]
    if not found:
        raise LineWrong(_("Give at least one count with a name, such as 30 Registrations."))
    return found


def _lines(text: str) -> list[tuple[int, Sequence[str]]]:
    """The cells that say something, with the number of their line."""
    cells = [(number, [one.strip() for one in _BETWEEN.split(line)]) for number, line in enumerate(text.split("\n"), 1)]
    return [(number, [one for one in said if one]) for number, said in cells if any(said)]


def _lot(cell: str, number: int, _: Words) -> LegacyLicensesBody:
    found = _LOT.fullmatch(cell)
    if found is None:
        raise LineWrong(
            _("Line {line}: «{cell}» is no count with a name, such as 30 Registrations.", line=number, cell=cell)
        )
    return {"license_name": found[2], "count": int(found[1])}
