"""Activation keys: issued by the vendor, redeemed once."""

from collections.abc import Iterable
from datetime import datetime
from typing import assert_never

from contracts.actors import Actor
from contracts.commands.activation_keys import ActivationKeyCommand, IssueActivationKey, RedeemActivationKey
from contracts.dates import civil_day
from contracts.events.activation_keys import ActivationKeyEvent, ActivationKeyIssued, ActivationKeyRedeemed
from contracts.licenses import MAX_HELD, Licenses
from ledger.domain.decisions import Decision, Rejection
from ledger.domain.rights import block_of, has_right, refuse_project, refuse_staff_only
from ledger.domain.software_service import coverage, covered
from ledger.domain.state import Holdings, IssuedKey, Ledger, RedeemedKey, holdings_of


def decide(ledger: Ledger, command: ActivationKeyCommand, actor: Actor, *, now: datetime) -> Decision:
    """Answer a command of this family."""
    match command:
        case RedeemActivationKey():
            return redeem_activation_key(ledger, command, actor, now)
        case IssueActivationKey():
            return issue_activation_key(ledger, command, actor)
        case _:
            assert_never(command)


def evolve(ledger: Ledger, event: ActivationKeyEvent, *, at: datetime, by: str) -> Ledger:
    """The ledger after an event of this family."""
    match event:
        case ActivationKeyIssued():
            issued = IssuedKey(holdings_of(event.lots))
            return ledger._replace(keys=ledger.keys.set(event.key_digest, issued))
        case ActivationKeyRedeemed():
            redeemed = RedeemedKey(event.project, ledger.sequence)
            credited = ledger._replace(
                projects=ledger.credited(event.project, holdings_of(event.lots)),
                keys=ledger.keys.set(event.key_digest, redeemed),
            )
            return covered(credited, event.project, event.coverage)
        case _:
            assert_never(event)


def issue_activation_key(ledger: Ledger, command: IssueActivationKey, actor: Actor) -> ActivationKeyIssued | Rejection:
    """The vendor's staff issues a key for licenses of the catalog."""
    if refused := refuse_staff_only(ledger, actor):
        return refused
    if command.key_digest in ledger.keys:
        return Rejection("key_exists")
    holdings = asked_for(ledger, command.licenses)
    if isinstance(holdings, Rejection):
        return holdings
    return ActivationKeyIssued(
        key_digest=command.key_digest,
        key_hint=command.key_hint,
        lots=ledger.lots(holdings),
        order_number=command.order_number,
        customer_reference=command.customer_reference,
    )


def redeem_activation_key(
    ledger: Ledger, command: RedeemActivationKey, actor: Actor, now: datetime
) -> ActivationKeyRedeemed | Rejection:
    """Turns a key into balance once; a second request learns where it went only within the company that has it."""
    if refused := refuse_project(ledger, actor, command.project, "licenses"):
        return refused
    project = ledger.projects[command.project]
    key = ledger.keys.get(command.key_digest)
    if key is None:
        return Rejection("key_unknown")
    if isinstance(key, RedeemedKey):
        seen = ledger.projects[key.project].company == project.company and has_right(ledger, actor, key.project, "view")
        return key_redeemed(key) if seen else Rejection("key_already_redeemed")
    block = block_of(ledger, "activation-keys", command.key_digest)
    if block is not None:
        return Rejection("key_blocked", entries=(block,))
    for name, count in key.licenses.items():
        if project.free.get(name, 0) + count > MAX_HELD:
            return Rejection("balance_limit", {"license_type": name, "limit": MAX_HELD})
    return ActivationKeyRedeemed(
        key_digest=command.key_digest,
        company=project.company,
        project=command.project,
        lots=ledger.lots(key.licenses),
        coverage=coverage(ledger, command.project, key.licenses, civil_day(now)),
    )


def key_redeemed(key: RedeemedKey) -> Rejection:
    """Rejects a key that is used up, and says where it went."""
    details: dict[str, str | int] = {"project": key.project, "sequence": key.sequence}
    return Rejection("key_already_redeemed", details, (key.sequence,))


def asked_for(ledger: Ledger, licenses: Iterable[Licenses]) -> Holdings | Rejection:
    """The licenses that a command names; each type must be known and named once."""
    holdings: dict[str, int] = {}
    for wanted in licenses:
        if wanted.license_type not in ledger.catalog:
            return Rejection("license_type_unknown", {"license_type": wanted.license_type})
        if wanted.license_type in holdings:
            return Rejection("license_type_repeated", {"license_type": wanted.license_type})
        holdings[wanted.license_type] = wanted.count
    return holdings
