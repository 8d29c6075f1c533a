"""The reference pages, made from the registries: what each refusal says, and what each entry of a log means."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from contracts.audio.events import EVENT_TYPES as AUDIO_EVENT_TYPES
from contracts.catalog import described
from contracts.events import EVENT_TYPES, Event
from contracts.licenses import DEFAULT_CATALOG
from contracts.log.entries import Entry, NotAnEntryError, UnknownEventTypeError, decode_entry
from contracts.log.posting_rules import POSTING_RULES, Move
from contracts.log.postings import postings
from contracts.log.subjects import concerns
from contracts.models import WireModel
from contracts.publishing.causes import CAUSES
from contracts.publishing.documents import DOCUMENTS
from contracts.refusals import REFUSALS, Refusal
from contracts.rma.events import EVENT_TYPES as RMA_EVENT_TYPES
from contracts.support.cases import EVENT_TYPES as SUPPORT_EVENT_TYPES

GOLDEN = Path(__file__).resolve().parents[3] / "golden"
_DECISIONS = frozenset({"sequence_not_reached"})
"""Refusals whose rule id means a decision of the architecture, although a rule of the business has the same one."""

_REFUSALS = """\
# Refusal codes

Every no of the API and of the firmware's interface is an RFC 9457 problem document. Its `code` is stable:
programs decide by it, and `type` is `urn:licensing:problem:<code>`. `detail` is a sentence for a person;
further members say more, such as `license_type`, `wanted` and `free`. A refusal of the ledger names
`at_sequence`: the entry that the ledger stood at when it said no. `GET
/v1/projects/{id}/balance/why?license_type=...&as_of=<at_sequence>` shows the movements behind a balance then.

`rule` names the rule behind a refusal, as the tables below do; [the rule book](../rules.md) states each of them.
`entries` are the entries of the ledger that it rests on: the block behind `device_blocked`, the delivery behind
`already_delivered`, the accepted return behind `generation_spent`. Histories and movements of what one may see show
each under its `sequence`. A refusal has no `entries` where nothing of the past is the reason, where the asker may not
know it, and where it rests on a balance, which many entries make: ask the balance why.

A 503 names `Retry-After`; the same request under the same `Idempotency-Key` may be sent again. All other
codes stay until something changes.

Made from `contracts.refusals` by `make generate`; do not edit.
"""
_EVENTS = """\
# What each entry of the ledger means

The ledger is a list of entries. Each is one event in a CloudEvents 1.0 envelope: `sequence` counts from 1
without gaps, `prev` is the SHA-256 of the entry before, `time` is when the ledger decided, `actor` is who
asked, `commandid` which request it was, and `data` what happened. Nothing is ever changed or removed; a
mistake is corrected by a further entry.

An event that moves licenses moves them between accounts: `issuance`, `project/<id>` (the free balance),
`held/<project>` (what waits there until software service is paid for it), `device/<serial>` and `retired`. What leaves
one account enters another; the sum over all accounts is zero at every entry, and only `issuance` may be below zero.
The rules below are `schemas/posting-rules.json` in words: `{field}` is the value of a field of `data`, and each lot of
the named list leaves one account and enters the other. Where `coverage` is absent, nothing of it moves.
[A subscriber's first program](../guides/integrators/subscriber.md) folds balances by them.

The first entry's `prev` is 64 zeros. Every other digest is SHA-256 in lower-case hex, of these bytes:

| field | of |
|---|---|
| `prev` | the whole value of the record that is the entry before |
| `commandhash` | the command's content; the writer compares it where a command's id comes again |
| `key_digest` | `licensing/activation-key/v1`, a line feed, and the key's 16 symbols in upper case without hyphens |
| `code_digest` | the same with `licensing/claim-code/v1` or `licensing/invitation-code/v1`, and the code's symbols |
| `key_hint` | `licensing/code-hint/v1`, a line feed, `key_digest` in hex; the first 20 bits, as four symbols |
| `code_hint` | the same of `code_digest` |
| `document_digest` | the return document in canonical form (exclusive C14N), without its signature element |
| `certificate_sha256` | a certificate in DER |
| `file_sha256` | the whole signed license file, as it is on `signer.license-files` |
| `preview_digest` | what the preview of a conversion said, which the writer makes again |

A leaf of the transparency log is SHA-256 of a zero byte and the entry's value (RFC 6962, section 2.1).

Months are counted from a day: so many months that begin on it end on the day before the same day of the last one, or on
that month's own last day where it has no such day. A period of one month from 31 January ends on 28 February.

Types are versioned and frozen: an entry written today reads the same in ten years. JSON Schemas stand in
`schemas/json/`, an example of each type in `schemas/golden/`.

Made from `contracts.events` by `make generate`; do not edit.
"""
_RMA_EVENTS = """\
# What each entry of the log of RMA cases means

Each step of an [RMA case](../rules.md#f5) is one event on `rma.events`, in the envelope that
[entries of the ledger](events.md) have; log `n` has the cases of the devices of ledger `n`. `state` is where the case
stands after the event, `ledger_sequence` the entry of the ledger up to which the decision knew it. No entry holds
what people say of themselves or of a defect; a reason, a finding or a reference is the salted digest of a text that
lies beside the log.

Types are versioned and frozen. JSON Schemas stand in `schemas/json/`, an example of each type in
`schemas/golden/rma/`.

Made from `contracts.rma.events` by `make generate`; do not edit.
"""

_AUDIO_EVENTS = """\
# What each record of audio means

Each step of a conversion of announcement audio is one event on `audio.events`, in CloudEvents 1.0, keyed by the
conversion. The first outcome (`AudioConversionCompleted` or `AudioConversionFailed`) counts; a later one, of a worker
that was thought dead, changes nothing. Before it, `AudioFileConverted` says of each format that its file can be taken;
the first record of a format counts. No record holds audio or what is to be spoken: those lie beside the log for a
day, and records name their digests.

Types are versioned and frozen. JSON Schemas stand in `schemas/json/`, an example of each type in
`schemas/golden/audio/`.

Made from `contracts.audio.events` by `make generate`; do not edit.
"""

_SUPPORT_EVENTS = """\
# What each record of support cases means

The help desk's own system writes one record on `support.cases` for each change of a case, in CloudEvents 1.0, keyed by
ledger and number. The highest `revision` of a case counts; one that comes twice or late changes nothing. A record holds
nothing that somebody wrote: title and messages come by [the webhook](../guides/operators/support-cases.md) alone.

Types are versioned and frozen. JSON Schemas stand in `schemas/json/`, an example in `schemas/golden/support/`.

Made from `contracts.support.cases` by `make generate`; do not edit.
"""


def pages() -> Iterator[tuple[str, str]]:
    """Each page: its name below docs/reference/, and its text."""
    yield "refusals.md", "\n".join(_refusals())
    yield "events.md", "\n".join(_events())
    yield "rma-events.md", "\n".join(_rma_events())
    yield "audio-events.md", "\n".join(_audio_events())
    yield "support-events.md", "\n".join(_support_events())


def _refusals() -> Iterator[str]:
    yield _REFUSALS
    by_status = sorted(REFUSALS.values(), key=lambda row: (row.status, row.code))
    for status, rows in groupby(by_status, key=lambda row: row.status):
        yield f"## {status}\n"
        yield "| code | what it says | rule |\n|---|---|---|"
        yield from map(_row, rows)
        yield ""


def _row(row: Refusal) -> str:
    return f"| `{row.code}` | {row.sentence} | {linked_rules(row)} |"


def linked_rules(row: Refusal) -> str:
    """The rules behind a refusal, for a page of docs/reference."""
    return ", ".join(f"[{rule}]({_place(row.code, rule)})" for rule in row.rule.split(", "))


def _place(code: str, rule: str) -> str:
    """Where a rule is stated; its frozen id may be that of a decision, where a rule has the same one."""
    anchor = rule.lower().replace(" ", "-")
    return f"../architecture.md#decision-{anchor}" if code in _DECISIONS else f"../rules.md#{anchor}"


def _events() -> Iterator[str]:
    yield _EVENTS
    examples = _examples()
    for event_type, model in EVENT_TYPES.items():
        yield from _type(event_type, model)
        yield from _moves(POSTING_RULES.get(model, ()))
        if event_type in examples:
            yield from _example(examples[event_type])
    yield from _causes()
    yield from _founding_types()
    yield DOCUMENTS


def _causes() -> Iterator[str]:
    """Which right each event needs."""
    yield "## Who causes it\n"
    yield "A right counts in the project that the event names; `actor` of the entry says who it was."
    yield "[The rules](../rules.md) say when it is refused all the same.\n"
    yield "| event | caused by |\n|---|---|"
    yield from (f"| [`{name}`](#{name.lower()}) | {who} |" for name, who in CAUSES.items())
    yield ""


def _founding_types() -> Iterator[str]:
    """What the catalog of a first entry leaves unsaid."""
    yield "## What a founding type is\n"
    yield "`catalog` of the first entry has names and classes only; a type that is defined later says all of itself."
    yield "For a type of the first entry the rest follows from its name: what stands before the number of a PBX type is"
    yield "its family, the number its version, and `WE-n` has n months. `schemas/founding-types.json` says the same:\n"
    yield "| type | class | family | version | weight | months |\n|---|---|---|---|---|---|"
    for one in map(described, DEFAULT_CATALOG):
        cells = one.license_type, one.license_class, one.family, one.version, one.weight, one.months
        yield f"| {' | '.join('' if cell is None else str(cell) for cell in cells)} |"
    yield ""


def _rma_events() -> Iterator[str]:
    yield _RMA_EVENTS
    for event_type, model in RMA_EVENT_TYPES.items():
        yield from _type(event_type, model)


def _audio_events() -> Iterator[str]:
    yield _AUDIO_EVENTS
    for event_type, model in AUDIO_EVENT_TYPES.items():
        yield from _type(event_type, model)


def _support_events() -> Iterator[str]:
    yield _SUPPORT_EVENTS
    for event_type, model in SUPPORT_EVENT_TYPES.items():
        yield from _type(event_type, model)


def _type(event_type: str, model: type[WireModel]) -> Iterator[str]:
    """What an event type says, and each of its fields."""
    yield f"## {model.__name__}\n\n`{event_type}`\n"
    yield f"{_text(model)}\n"
    yield "| field | what it is |\n|---|---|"
    schema = model.model_json_schema()
    yield from (_field(name, told, schema) for name, told in schema["properties"].items())
    yield ""


def _text(model: type[WireModel]) -> str:
    return "\n".join(line.strip() for line in (model.__doc__ or "").strip().splitlines())


def _field(name: str, told: dict[str, Any], schema: dict[str, Any]) -> str:
    optional = "" if name in schema.get("required", ()) else ", may be absent"
    return f"| `{name}` | {_kind(told, schema)}{optional} |"


def _kind(told: dict[str, Any], schema: dict[str, Any]) -> str:
    """What a field holds, in words: its own description, or the names of its parts."""
    if "description" in told:
        return str(told["description"]).replace("\n", " ").rstrip(".")
    match told:
        case {"$ref": str(reference)}:
            part = schema["$defs"][reference.rpartition("/")[2]]
            return ", ".join(f"`{name}`" for name in part.get("properties", {})) or _kind(part, schema)
        case {"type": "array"}:
            parts = told.get("items") or (told.get("prefixItems") or [{}])[0]
            return f"list of {_kind(parts, schema)}"
        case {"anyOf": list(kinds)} | {"oneOf": list(kinds)}:
            return " or ".join(_kind(kind, schema) for kind in kinds if kind.get("type") != "null")
        case {"enum": list(words)}:
            return ", ".join(f"`{word}`" for word in words)
        case {"const": word}:
            return f"`{word}`"
        case _:
            return str(told.get("type", "value"))


def _moves(moves: tuple[Move, ...]) -> Iterator[str]:
    """The posting rules of an event type."""
    if not moves:
        yield "It moves no licenses.\n"
        return
    yield "It moves:\n"
    for move in moves:
        when = f", if there is `{move.when}`" if move.when else ""
        unless = f", unless there is `{move.unless}`" if move.unless else ""
        each = f", for each of `{move.each}`" if move.each else ""
        yield f"- `{move.lots}` from `{move.source}` to `{move.target}`{when}{unless}{each}"
    yield ""


def _example(entry: Entry[Event]) -> Iterator[str]:
    yield f"It stands in the history of {', '.join(sorted({one.partition('/')[0] for one in concerns(entry.data)}))}."
    moved = [f"{one.units:+} {one.license_type} in `{one.account}`" for one in postings(entry.data)]
    yield f"Example: {', '.join(moved)}.\n" if moved else ""


def _examples() -> dict[str, Entry[Event]]:
    """A golden entry of each type."""
    found: dict[str, Entry[Event]] = {}
    for path in sorted(GOLDEN.glob("**/*.json")):
        try:
            entry = decode_entry(path.read_bytes())
        except (NotAnEntryError, UnknownEventTypeError):
            continue
        found.setdefault(entry.type, entry)
    return found
