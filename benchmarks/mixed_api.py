"""The mixed workload end to end through the REST API, beside plain allocations of the same run.

The whole system is at work and shares two cores with this client, as for `api`; the return documents are signed before.
A return is answered with the signer's receipt, so it waits for the signer and the projector too. Each load is paced
for half a minute before its latencies count, as `api` explains.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from benchmarks import client, lab, market
from benchmarks.figures import Beside, Figure
from benchmarks.fleet import Fleet
from benchmarks.lab import Lab
from benchmarks.market import BUYER, STAFF
from benchmarks.mixed import PORTS, Day, Step
from contracts.actors import Account
from contracts.commands.devices import AllocateLicenses
from contracts.commands.returns import ReturnLicenses
from contracts.topics import PREFIX
from dev.stack.keys import Keys
from dev.stack.parts import Kit
from dev.stack.ports import HOST
from runtime.kafka import Producer
from runtime.settings import read_secret
from simulator.issuer import Issuer

RATE = 200
PACED_SECONDS, UNPACED_SECONDS, WARM_SECONDS = 30.0, 15.0, 2.0
CHANNELS = 50
COMMANDS = 60_000
"""More than are asked for: what is prepared must not run out."""
SUCCESS = range(200, 300)


class Route(NamedTuple):
    """Where a command is posted, and which of its members the API finds out itself."""

    path: str
    known: tuple[str, ...] = ()


ROUTES = {
    "add-device": Route("projects/{project}/devices"),
    "add-member": Route("companies/{company}/members"),
    "allocate-licenses": Route("projects/{project}/allocations"),
    "create-claim-code": Route("projects/{project}/claim-codes", ("code_digest", "code_hint")),
    "create-project": Route("projects", ("company", "project")),
    "grant-rights": Route("projects/{project}/members"),
    "issue-activation-key": Route("activation-keys", ("key_digest", "key_hint")),
    "issue-test-licenses": Route("devices/{serial}/test-licenses"),
    "move-device": Route("devices/{serial}/moves"),
    "move-licenses": Route("projects/{source}/transfers"),
    "redeem-activation-key": Route("activation-keys/redemptions", ("key_digest",)),
    "register-company": Route("companies"),
    "register-devices": Route("delivered-devices"),
    "remove-member": Route("companies/{company}/member-removals"),
    "rename-project": Route("projects/{project}/renaming"),
    "revoke-rights": Route("projects/{project}/member-revocations"),
    "withdraw-claim-code": Route("projects/{project}/claim-code-withdrawals"),
}


class Load(NamedTuple):
    """What one kind of load came to: latencies in seconds, sorted, at the paced rate, and answers a second unpaced."""

    latencies: list[float]
    most: float

    def ms(self, share: float) -> float:
        return client.quantile(self.latencies, share) * 1000


async def measure(lab_: Lab) -> list[Figure]:
    async with lab_.whole_system() as kit:
        day = _day(kit, lab_.sized(COMMANDS))
        await _prepare(lab_, day)
        plain = await _load(lab_, kit, _plain(day))
        mixed = await _load(lab_, kit, day.steps())
    what = "API: mixed commands"
    return [
        *(
            Figure(
                f"{what} at {RATE} requests/s, {label}",
                mixed.ms(share),
                "ms",
                beside=(Beside("allocations", plain.ms(share)),),
            )
            for label, share in (("p50", 0.5), ("p99", 0.99))
        ),
        Figure(
            f"{what}, unpaced, {CHANNELS} connections", mixed.most, "/s", beside=(Beside("allocations", plain.most),)
        ),
    ]


def _day(kit: Kit, count: int) -> Day:
    """Boxes of the stack's own factory; each gives back once, since later certificates are the signer's."""
    keys = Keys(kit.state)
    fleet = Fleet.of(keys.pki)
    return Day(count, fleet.give_back, returns_a_device=1, secret=read_secret(keys.activation_key_secret_file))


async def _prepare(lab_: Lab, day: Day) -> None:
    commands = [*market.partner(), *market.stocked(2 * day.count), *day.before()]
    async with Producer(lab_.connection, client_id="bench") as producer:
        await lab_.send(producer, commands, PREFIX)
    await lab.outcomes(lab_.connection, PREFIX, len(commands))


async def _load(lab_: Lab, kit: Kit, steps: Iterator[Step]) -> Load:
    issuer = Issuer(kit.state)
    tokens = {actor: issuer.mint(actor.account, actor.company) for actor in (BUYER, STAFF)}
    make = iter([_request(step, tokens) for step in steps]).__next__
    scale = max(lab_.scale, 0.25)
    async with client.channels(HOST, kit.ports.port("ledger-api"), [None] * CHANNELS) as opened:
        await client.closed_loop(opened, [make] * CHANNELS, SUCCESS, WARM_SECONDS)
        await client.paced(opened, make, SUCCESS, RATE, PACED_SECONDS * scale)  # until the broker's compiler is done
        latencies = await client.paced(opened, make, SUCCESS, RATE, PACED_SECONDS * scale)
        most = await client.closed_loop(opened, [make] * CHANNELS, SUCCESS, UNPACED_SECONDS * scale)
    return Load(latencies, most)


def _plain(day: Day) -> Iterator[Step]:
    for number in range(day.count):
        wanted = AllocateLicenses(project=market.PROJECT, serial=market.serial(number % day.devices), licenses=PORTS)
        yield Step(BUYER, f"plain {number}", wanted)


def _request(step: Step, tokens: dict[Account, str]) -> bytes:
    headers = (f"Authorization: Bearer {tokens[step.actor]}", f"Idempotency-Key: {step.name}")
    command = step.command
    if isinstance(command, ReturnLicenses):
        document = base64.b64decode(command.document)
        path = f"/v1/devices/{command.serial}/return"
        return client.request("PUT", path, headers=headers[:1], body=document, media_type="application/xml")
    route = ROUTES[command.name]
    said: dict[str, Any] = command.model_dump(mode="json", exclude={"name", *route.known})
    path = f"/v1/{route.path.format_map(said)}"
    body = {member: value for member, value in said.items() if f"{{{member}}}" not in route.path}
    if "project_name" in body:
        body["name"] = body.pop("project_name")
    if step.typed:
        body["activation_key"] = step.typed
    return client.request("POST", path, headers=headers, body=json.dumps(body).encode() if body else b"")
