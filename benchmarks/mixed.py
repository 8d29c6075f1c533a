"""A day of the portal as commands: of a hundred, sixty allocate, twenty give back, and twenty do everything else.

The twenty come round after round. What needs the result of another comes rounds later, so that commands of one moment
can be decided in any order: the API's clients ask side by side.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from benchmarks import market
from benchmarks.market import BUYER, DELIVERED, MODEL, PROJECT, REFERENCE, STAFF
from contracts.actors import Account
from contracts.catalog import DeliveredDevice, DeviceModel
from contracts.codes import activation_key, claim_code
from contracts.codes.code_hint import hint_of
from contracts.commands import Command, CommandRecord
from contracts.commands.activation_keys import IssueActivationKey, RedeemActivationKey
from contracts.commands.catalog import DefineDeviceModels
from contracts.commands.claims import CreateClaimCode, WithdrawClaimCode
from contracts.commands.companies import CreateProject, RegisterCompany
from contracts.commands.delivered_devices import RegisterDevices
from contracts.commands.device_moves import MoveDevice
from contracts.commands.devices import AddDevice, AllocateLicenses
from contracts.commands.members import AddMember, GrantRights, RemoveMember, RevokeRights
from contracts.commands.projects import MoveLicenses, RenameProject
from contracts.commands.returns import ReturnLicenses
from contracts.commands.test_licenses import IssueTestLicenses
from contracts.identifiers import command_id_of, derived_id
from contracts.licenses import Licenses
from simulator.cast import PARTNER, VENDOR

ROUND = 100
ALLOCATIONS_A_RETURN = 3
RETURNS_A_ROUND = 20
LAG = 2
"""Rounds between a command and the one that needs its result: more commands than a benchmark has at work at once."""
STAGES = 4
RETURNS_A_DEVICE = 4
"""The ledger takes five within thirty days."""
FIRST_OTHER = 0x800000
"""Serials of the devices that are not among those which allocate and return."""
PORTS = (Licenses(license_type="Port11", count=1),)

GiveBack = Callable[[str, int], ReturnLicenses]
"""The return of a box's generation."""


class Step(NamedTuple):
    """A command of somebody; `name` is its idempotency key, `typed` the activation key behind a digest."""

    actor: Account
    name: str
    command: Command
    typed: str = ""

    def record(self) -> CommandRecord:
        return market.record(self.actor, self.command, self.name)


@dataclass(frozen=True, slots=True)
class Day:
    """The steps of a workload of `count` commands; the activation keys are those that an API with `secret` makes."""

    count: int
    give_back: GiveBack
    returns_a_device: int = RETURNS_A_DEVICE
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(activation_key.MIN_SECRET_BYTES))

    @property
    def devices(self) -> int:
        """How many allocate and return: the market's first ones."""
        return -(-self.count * RETURNS_A_ROUND // ROUND // self.returns_a_device)

    def before(self) -> Iterator[CommandRecord]:
        """What has to be there: stock, devices, a model, and the first rounds of what others build on."""
        yield from market.stocked(self.count)
        yield from market.devices(self.devices)
        models = DefineDeviceModels(models=(DeviceModel(model=MODEL, family="IP"),), reference=REFERENCE)
        yield market.record(STAFF, models, "model")
        for number in range((STAGES - 1) * LAG):
            stages = (self._first, self._second, self._third)
            for late, stage in enumerate(stages):
                if number >= late * LAG:
                    yield from (step.record() for step in stage(number - late * LAG))

    def steps(self) -> Iterator[Step]:
        """The workload, the kinds mixed evenly."""
        others = self._others()
        for number in range(self.count // (ALLOCATIONS_A_RETURN + 2)):
            serial, generation = market.serial(number % self.devices), number // self.devices + 1
            for again in range(ALLOCATIONS_A_RETURN):
                wanted = AllocateLicenses(project=PROJECT, serial=serial, licenses=PORTS)
                yield Step(BUYER, f"mixed allocation {number} {again}", wanted)
            yield Step(BUYER, f"return {serial} {generation}", self.give_back(serial, generation))
            yield next(others)

    def key(self, number: int, which: str) -> str:
        """The activation key of a round."""
        return activation_key.make(self.secret, command_id_of(VENDOR, f"key {which} {number}"))

    def _others(self) -> Iterator[Step]:
        number = (STAGES - 1) * LAG
        while True:
            yield from self._first(number)
            yield from self._second(number - LAG)
            yield from self._third(number - 2 * LAG)
            yield from self._fourth(number - 3 * LAG)
            number += 1

    def _first(self, number: int) -> Iterator[Step]:
        """Nine that need nothing of other rounds."""
        name = f"project {number}"
        project = CreateProject(company=PARTNER, project=_project(number), project_name=f"Hotel {number}")
        yield Step(BUYER, name, project)
        for which in "ab":
            yield Step(STAFF, f"key {which} {number}", self._issue(number, which))
        others = _serial(number, 0), _serial(number, 1)
        delivered = tuple(
            DeliveredDevice(serial=one, model=MODEL, delivered_on=DELIVERED, delivered_to=PARTNER) for one in others
        )
        yield Step(STAFF, f"delivered {number}", RegisterDevices(devices=delivered, reference=REFERENCE))
        for serial in others:
            yield Step(BUYER, f"other device {serial}", AddDevice(serial=serial, project=PROJECT))
        yield Step(BUYER, f"member {number}", AddMember(company=PARTNER, account=_account(number)))
        digest = claim_code.digest(self._claim(number))
        claim = CreateClaimCode(project=PROJECT, code_digest=digest, code_hint=hint_of(digest))
        yield Step(BUYER, f"claim {number}", claim)
        customer = derived_id(str(number), "bench-customer")
        registered = RegisterCompany(company=customer, kind="end_customer", administrator=_account(number))
        yield Step(STAFF, f"company {number}", registered)

    def _second(self, number: int) -> Iterator[Step]:
        """Eight on what the first ones made."""
        project, device, tested = _project(number), _serial(number, 0), _serial(number, 1)
        yield Step(BUYER, f"rename {number}", RenameProject(project=project, project_name=f"Villa {number}"))
        for which, target in (("a", project), ("b", PROJECT)):
            typed = self.key(number, which)
            digest = activation_key.digest(activation_key.normalise(typed))
            redeem = RedeemActivationKey(key_digest=digest, project=target)
            yield Step(BUYER, f"redeem {which} {number}", redeem, typed)
        yield Step(BUYER, f"move {number}", MoveDevice(serial=device, project=project))
        yield Step(BUYER, f"test {number}", IssueTestLicenses(serial=tested, version=11, count=10))
        yield Step(BUYER, f"transfer {number}", MoveLicenses(source=PROJECT, target=project, licenses=PORTS))
        rights = GrantRights(project=project, account=_account(number), acting_for=PARTNER, rights=("licenses",))
        yield Step(BUYER, f"grant {number}", rights)
        digest = claim_code.digest(self._claim(number))
        yield Step(BUYER, f"withdraw {number}", WithdrawClaimCode(project=PROJECT, code_digest=digest))

    def _third(self, number: int) -> Iterator[Step]:
        project = _project(number)
        rights = RevokeRights(project=project, account=_account(number), acting_for=PARTNER, rights=("licenses",))
        yield Step(BUYER, f"revoke {number}", rights)
        yield Step(BUYER, f"home {number}", MoveDevice(serial=_serial(number, 0), project=PROJECT))

    def _fourth(self, number: int) -> Iterator[Step]:
        yield Step(BUYER, f"leave {number}", RemoveMember(company=PARTNER, account=_account(number)))

    def _issue(self, number: int, which: str) -> IssueActivationKey:
        digest = activation_key.digest(activation_key.normalise(self.key(number, which)))
        return IssueActivationKey(
            key_digest=digest,
            key_hint=hint_of(digest),
            licenses=(*PORTS, Licenses(license_type="Voicemail11", count=1)),
            order_number=REFERENCE,
        )

    def _claim(self, number: int) -> str:
        return activation_key.normalise(claim_code.make(self.secret, command_id_of(PARTNER, f"claim {number}")))


def _project(number: int) -> str:
    return derived_id(command_id_of(PARTNER, f"project {number}"), "project")


def _account(number: int) -> str:
    return derived_id(str(number), "bench-account")


def _serial(number: int, which: int) -> str:
    return market.serial(FIRST_OTHER + 2 * number + which)
