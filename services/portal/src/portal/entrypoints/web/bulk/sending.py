"""Sends the lines of a bulk file, previews its keys, and says what became of each line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from licensing_client import Client
from licensing_client.api import CommandAnswer, CommandLine
from portal.adapters.apis import Asking, ask
from portal.entrypoints.web.bulk.lines import Line, key_of
from portal.entrypoints.web.bulk.plans import Plan
from portal.entrypoints.web.return_documents import in_base64, read
from portal.entrypoints.web.words import Words

NEVER_WAS = "device_in_project"
"""Why a device can't be added that is there already."""
BY_ANOTHER = "idempotency_key_reused"
"""A key says what its command is, so only the account can be another one: a colleague's, who has done the line."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a line; of a `failed` one why, of others the entry, if there is one and it is no colleague's."""

    line: Line
    state: Literal["done", "before", "failed"]
    sequence: int | None = None
    code: str = ""
    why: str = ""
    rule: str = ""

    @property
    def failed_cells(self) -> dict[str, str]:
        return self.line.failed(self.why, self.code)


async def preview_keys(api: Asking, plan: Plan, _: Words) -> None:
    """What the keys of the lines hold, asked of all in one request: many mistyped ones count as one attempt."""
    lines = plan.sent
    wanted = [
        ("preview", {"name": "preview-activation-key", "activation_key": one.activation_key, "project": one.project})
        for one in lines
    ]
    answers = await _answers(api, wanted)
    for line, (_batch, command) in zip(lines, wanted, strict=True):
        found = answers.get(key_of("preview", command))
        if found is None or "answer" not in found:
            problem = _problem(found)
            line.refuse(problem.get("detail", ""), problem.get("code", ""))
        else:
            _take_in(line, found["answer"], plan, _)


def _take_in(line: Line, preview: Mapping[str, Any], plan: Plan, _: Words) -> None:
    line.counts = {one["license_type"]: one["count"] for one in preview["licenses"]}
    if preview["state"] == "redeemed":
        line.doubt(_("It was redeemed before."))
        return
    free, held = plan.facts.free[line.project], 0
    for one in preview["licenses"]:
        held += one["held"] or 0
        free[one["license_type"]] = free.get(one["license_type"], 0) + one["count"] - (one["held"] or 0)
    if held:
        line.note = _("{count} of them are held until they are paid for.", count=held)


async def send(api: Asking, lines: Sequence[Line]) -> list[Result]:
    """Send all but the wrong lines, each under its key, and what has to be done before them first."""
    newest = await ask(api.ledger.list_entries, order="newest_first", limit=1, at_least=api.at_least)
    known = max((one["sequence"] for one in newest["items"]), default=0)
    right = [one for one in lines if one.is_sent]
    before = await _answers(api, [(one.batch, one.first) for one in right if one.first])
    stopped = {key for key, one in before.items() if "answer" not in one and _problem(one).get("code") != NEVER_WAS}
    going = [one for one in right if one.first is None or key_of(one.batch, one.first) not in stopped]
    answers = before | await _answers(api, [(one.batch, one.command) for one in going])
    return [_result(one, answers, stopped, known) for one in lines]


def newest_of(results: Sequence[Result]) -> int | None:
    """The newest entry that came of it."""
    return max((one.sequence for one in results if one.sequence), default=None)


def _result(line: Line, answers: Mapping[str, CommandAnswer], stopped: set[str], known: int) -> Result:
    if not line.is_sent:
        return Result(line, "failed", code=line.code, why=line.why)
    key = key_of(line.batch, line.first) if line.first else ""
    found = answers.get(key if key in stopped else key_of(line.batch, line.command))
    if found is None or "answer" not in found:
        problem = _problem(found)
        if problem.get("code") == BY_ANOTHER:
            return Result(line, "before")
        return Result(
            line, "failed", code=problem.get("code", ""), why=problem.get("detail", ""), rule=problem.get("rule", "")
        )
    sequence = _entry_of(found["answer"])
    if sequence is None:  # what is no entry takes the place of what was there, however often
        return Result(line, "done")
    return Result(line, "before" if sequence <= known else "done", sequence)


def _entry_of(answer: Mapping[str, Any]) -> int | None:
    """The entry of a command; a return is answered by its receipt, which names it, and a label is no entry."""
    if "document" in answer:
        return read(in_base64(answer["document"]))[0]
    return answer.get("sequence")


def _problem(found: CommandAnswer | None) -> Mapping[str, Any]:
    """Why there is no answer; a line after the service went away has none at all."""
    problem = found.get("problem") if found else None
    return {"code": "service_unavailable"} if problem is None else {**problem}


async def _answers(api: Asking, wanted: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[str, CommandAnswer]:
    """The answers by key; each command is sent once."""
    keyed = {key_of(batch, command): dict(command) for batch, command in wanted}
    commands: list[CommandLine] = [{"idempotency_key": key, "command": said} for key, said in keyed.items()]
    if not commands:
        return {}
    answered = await ask(_sent, api.ledger, commands)
    return dict(zip(keyed, answered, strict=False))


def _sent(client: Client, commands: Sequence[CommandLine]) -> list[CommandAnswer]:
    return list(client.send_commands(commands))
