"""Whether earlier readers, and entries on logs, can take the events of this version: `make check SINCE=v1.2.0`.

An event type is frozen once something is written with it. All that may change of its schema: a member that may be
absent comes in, and words that explain. Anything else is a new version of the event, beside the old one.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from dev.stack.places import ROOT

Schema = Mapping[str, Any]

FOLDER = "schemas/json"
WORDS = frozenset({"title", "description", "examples", "$comment", "$id"})


def broken(old: Schema, new: Schema | None, name: str) -> Iterator[str]:
    """One sentence for each change that is not allowed."""
    if new is None:
        yield f"{name} is gone, and logs have entries of it"
        return
    yield from _changes(old, new, name)


def _changes(old: Any, new: Any, where: str) -> Iterator[str]:
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        if old != new:
            yield f"{where} changed from {json.dumps(old)} to {json.dumps(new)}"
        return
    members = old.get("type") == "object" and "properties" in old
    for key in sorted({*old, *new} - WORDS):
        here = f"{where}.{key}"
        if members and key == "properties":
            yield from _members(old, new, where)
        elif key in ("$defs", "required"):
            continue
        else:
            yield from _changes(old.get(key), new.get(key), here)
    for name in sorted({*old.get("$defs", {})} & {*new.get("$defs", {})}):
        yield from _changes(old["$defs"][name], new["$defs"][name], f"{where}.{name}")


def _members(old: Schema, new: Schema, where: str) -> Iterator[str]:
    before, after = old["properties"], new.get("properties", {})
    for name in sorted(before):
        if name in after:
            yield from _changes(before[name], after[name], f"{where}.{name}")
        else:
            yield f"{where}.{name} is gone, and entries have it"
    for name in sorted({*new.get("required", ())} - {*old.get("required", ())}):
        yield f"{where}.{name} must be there now, and entries lack it"
    for name in sorted({*old.get("required", ())} - {*new.get("required", ())}):
        yield f"{where}.{name} may be absent now, and earlier readers need it"


def since(revision: str) -> Iterator[str]:
    """The changes in this checkout since a revision."""
    listed = _git("ls-tree", "--name-only", revision, f"{FOLDER}/").splitlines()
    for path in (one for one in listed if _is_frozen(one)):
        here = ROOT / path
        new = json.loads(here.read_text(encoding="utf-8")) if here.exists() else None
        yield from broken(json.loads(_git("show", f"{revision}:{path}")), new, path.removeprefix(f"{FOLDER}/"))


def _is_frozen(path: str) -> bool:
    *_, version, _, suffix = path.rsplit(".", 3)
    return suffix == "json" and version[:1] == "v" and version[1:].isdigit()


def _git(*arguments: str) -> str:
    return subprocess.run(("git", "-C", str(ROOT), *arguments), check=True, capture_output=True, text=True).stdout


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m dev.contract_changes", description=__doc__)
    parser.add_argument("revision", help="what is upgraded from: a tag or a commit")
    try:
        sentences = list(since(parser.parse_args().revision))
    except subprocess.CalledProcessError as error:
        sys.exit(f"nothing to compare with: {error.stderr.strip()}")
    if sentences:
        sys.exit("\n".join([*sentences, "Make it a new version of the event, beside the old one."]))


if __name__ == "__main__":
    main()
