"""Whether earlier readers, and records on topics, can take the schemas of this version: a part of `make check`.

`schemas/frozen` has each schema as it was taken in last, without the words that explain. A type of event is frozen once
something is written with it. All that may change of its schema: a member that may be absent comes in. Anything else is
a new version of the event, beside the old one. Schemas without a version (commands, outcomes, signatures) evolve: there
a union and an enumeration may grow, too, since what is on topics stays readable, and readers are upgraded first.

`--accept` (`make freeze`) takes in what may change, and nothing else. What was never released is deleted by hand.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dev.stack.places import ROOT

Schema = Mapping[str, Any]

TODAY, FROZEN = ROOT / "schemas" / "json", ROOT / "schemas" / "frozen"
WORDS = frozenset({"title", "description", "examples", "$comment", "$id"})
NAMES = frozenset({"properties", "$defs"})
"""Where keys are names of ours, which may be any word."""
GROWING = frozenset({"oneOf", "anyOf", "enum", "mapping"})
"""What a schema without a version may add to."""


def wrong(frozen: Path = FROZEN, today: Path = TODAY) -> list[str]:
    """One sentence for each change that is not allowed, or that is not taken in yet."""
    before, after = _read(frozen), _read(today)
    breaks = [one for name, old in before.items() for one in broken(old, after.get(name), name)]
    return breaks or [f"{name} is not in schemas/frozen as it is: `make freeze`" for name in _stale(before, after)]


def _stale(before: Mapping[str, Schema], after: Mapping[str, Schema]) -> list[str]:
    return [name for name, schema in after.items() if before.get(name) != bare(schema)]


def broken(old: Schema, new: Schema | None, name: str) -> Iterator[str]:
    """One sentence for each change that is not allowed."""
    if new is None:
        yield f"{name} is gone, and logs have entries of it"
        return
    yield from _changes(old, bare(new), name, grows=not _has_version(name))


def bare(schema: Any, *, names: bool = False) -> Any:
    """The same without the words that explain."""
    if isinstance(schema, list):
        return [bare(one) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    kept = (key for key in schema if names or key not in WORDS)
    return {key: bare(schema[key], names=key in NAMES and not names) for key in kept}


def _changes(old: Any, new: Any, where: str, *, grows: bool) -> Iterator[str]:
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        if old != new:
            yield f"{where} changed from {json.dumps(old)} to {json.dumps(new)}"
        return
    members = old.get("type") == "object" and "properties" in old
    for key in sorted({*old, *new}):
        here = f"{where}.{key}"
        if members and key == "properties":
            yield from _members(old, new, where, grows=grows)
        elif key in ("$defs", "required"):
            continue
        elif grows and key in GROWING and key in old and key in new:
            yield from _lost(old[key], new[key], here)
        else:
            yield from _changes(old.get(key), new.get(key), here, grows=grows)
    for name in sorted({*old.get("$defs", {})} & {*new.get("$defs", {})}):
        yield from _changes(old["$defs"][name], new["$defs"][name], f"{where}.{name}", grows=grows)


def _lost(old: Any, new: Any, where: str) -> Iterator[str]:
    """What a union, an enumeration or the mapping of a union had, and has no more."""
    before, after = (list(one.items()) if isinstance(one, Mapping) else one for one in (old, new))
    yield from (f"{where} lost {json.dumps(one)}" for one in before if one not in after)


def _members(old: Schema, new: Schema, where: str, *, grows: bool) -> Iterator[str]:
    before, after = old["properties"], new.get("properties", {})
    for name in sorted(before):
        if name in after:
            yield from _changes(before[name], after[name], f"{where}.{name}", grows=grows)
        else:
            yield f"{where}.{name} is gone, and entries have it"
    for name in sorted({*new.get("required", ())} - {*old.get("required", ())}):
        yield f"{where}.{name} must be there now, and entries lack it"
    for name in sorted({*old.get("required", ())} - {*new.get("required", ())}):
        yield f"{where}.{name} may be absent now, and earlier readers need it"


def _has_version(name: str) -> bool:
    """Whether it is of a type such as `ledger.licenses-allocated.v1`."""
    version = name.removesuffix(".schema.json").rpartition(".")[2]
    return version[:1] == "v" and version[1:].isdigit()


def accept(frozen: Path = FROZEN, today: Path = TODAY) -> list[str]:
    """Take this version's schemas in, but for what breaks; the sentences of that."""
    before, after = _read(frozen), _read(today)
    breaks = [one for name, old in before.items() for one in broken(old, after.get(name), name)]
    if not breaks:
        for name in _stale(before, after):
            text = json.dumps(bare(after[name]), indent=1, ensure_ascii=False)
            (frozen / name).write_text(f"{text}\n", encoding="utf-8")
    return breaks


def _read(folder: Path) -> dict[str, Schema]:
    return {file.name: json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.schema.json"))}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m dev.contract_changes", description=__doc__)
    parser.add_argument("--accept", action="store_true", help="take in what may change")
    if found := accept() if parser.parse_args().accept else wrong():
        sys.exit("\n".join([*found, "What breaks becomes a new version of the event, beside the old one."]))


if __name__ == "__main__":
    main()
