"""Who asks: written as one string, since CloudEvents attributes are scalars."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.identifiers import SERIAL_PATTERN, UUID_PATTERN, AccountId, CompanyId, Serial, Sha256
from contracts.models import WireModel

_UUID = UUID_PATTERN.strip("^$")
_SERIAL = SERIAL_PATTERN.strip("^$")
_NAME = "[a-z][a-z0-9-]{0,39}"

ActorString = Annotated[
    str,
    Field(
        pattern=f"^(account:{_UUID}@{_UUID}|device:{_SERIAL}|operator:{_NAME}|service:{_NAME})$",
        description="Who caused it: account:<id>@<company>, device:<serial>, operator:<name> or service:<name>.",
    ),
]


class Account(WireModel):
    """A person's account, acting for one company."""

    kind: Literal["account"] = "account"
    account: AccountId
    company: CompanyId

    def __str__(self) -> str:
        return f"account:{self.account}@{self.company}"


def account_of(actor: str) -> Account | None:
    """The account that an actor's string names, if it names one."""
    kind, _, name = actor.partition(":")
    account, _, company = name.partition("@")
    return Account(account=account, company=company) if kind == "account" else None


class Device(WireModel):
    """A device that proved its certificate."""

    kind: Literal["device"] = "device"
    serial: Serial
    certificate_sha256: Sha256

    def __str__(self) -> str:
        return f"device:{self.serial}"


class Operator(WireModel):
    """Whoever holds the platform's command line."""

    kind: Literal["operator"] = "operator"
    name: Annotated[str, Field(pattern=f"^{_NAME}$")]

    def __str__(self) -> str:
        return f"operator:{self.name}"


class Service(WireModel):
    """A process manager of ours, such as the RMA."""

    kind: Literal["service"] = "service"
    name: Annotated[str, Field(pattern=f"^{_NAME}$")]

    def __str__(self) -> str:
        return f"service:{self.name}"


Actor = Annotated[Account | Device | Operator | Service, Field(discriminator="kind")]
