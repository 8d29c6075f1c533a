"""Activation keys: issued by the vendor's order system, redeemed by partners."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from fastapi import APIRouter

from contracts.codes import activation_key
from contracts.commands.activation_keys import IssueActivationKey, RedeemActivationKey
from contracts.dates import civil_day
from contracts.licenses import CREDIT, MAX_HELD
from ledger.application.queries.activation_keys import Redemption, RedemptionTarget, TypedKey
from ledger.domain.software_service_quotes import dues_of
from ledger.entrypoints.api.dependencies import Services, TheCaller, TheServices
from ledger.entrypoints.api.http.callers import LedgerCaller
from ledger.entrypoints.api.http.commands import CommandIdOfRequest, TheCommandSender
from ledger.entrypoints.api.http.one_time_codes import make_code, symbols_of
from ledger.entrypoints.api.http.throttled_commands import TheThrottledSender
from ledger.entrypoints.api.models.activation_keys import (
    ActivationKeyIssuedResponse,
    ActivationKeyPreview,
    ActivationKeyRedeemedResponse,
    IssueActivationKeyBody,
    PreviewActivationKeyBody,
    PreviewedLicenses,
    RedeemActivationKeyBody,
)
from ledger.entrypoints.api.models.licenses import licenses_of
from runtime.web.consistency import Reached
from runtime.web.problems import Refused, require_found

router = APIRouter(prefix="/v1/activation-keys", tags=["activation keys"])

ISSUED_SECONDS = 1.0
"""How long a preview waits for a key that the read side does not know: it may have been issued just now."""


@router.post("", status_code=201)
async def issue_activation_key(
    body: IssueActivationKeyBody, services: TheServices, sender: TheCommandSender, command_id: CommandIdOfRequest
) -> ActivationKeyIssuedResponse:
    """Put a key into the world. For the vendor's staff.

    The key is in this answer and nowhere else: the ledger keeps only its digest. The same request again gives it again.
    """
    made = make_code(activation_key, services.activation_key_secret, command_id)
    command = IssueActivationKey(
        key_digest=made.digest,
        key_hint=made.hint,
        licenses=licenses_of(body.licenses),
        order_number=body.order_number,
        customer_reference=body.customer_reference,
    )
    sequence = await sender.send(command, command_id)
    return ActivationKeyIssuedResponse(activation_key=made.code, key_hint=made.hint, sequence=sequence)


@router.post("/previews", dependencies=[Reached])
async def preview_activation_key(
    body: PreviewActivationKeyBody, services: TheServices, caller: TheCaller, sender: TheThrottledSender
) -> ActivationKeyPreview:
    """What a key stands for, before it is redeemed; and what would become of it in a project, where one is named.

    Refused as the redemption would be, and a key that does not exist counts as one that was typed in vain. Where it
    was redeemed to is told to whoever may see that project.
    """
    symbols = symbols_of(body.activation_key)
    digest = activation_key.digest(symbols)
    target = None if body.project is None else await _target(services, caller, body.project)
    key = await sender.attempt(lambda: _typed_key(services, caller, digest), miss="key_unknown")
    _refuse_used(key)
    outlook = None if target is None or key.redeemed else _outlook(key, target, civil_day(services.clock()))
    return ActivationKeyPreview(
        key_digest=digest,
        key_hint=key.key_hint,
        state="redeemed" if key.redeemed else "redeemable",
        licenses=[
            PreviewedLicenses(**lot.model_dump(), held=outlook and outlook.held.get(lot.license_type, 0))
            for lot in key.licenses
        ],
        credits=outlook and outlook.credits,
        redeemed=key.redeemed,
    )


@router.post("/redemptions", status_code=201)
async def redeem_activation_key(
    body: RedeemActivationKeyBody, sender: TheThrottledSender, command_id: CommandIdOfRequest
) -> ActivationKeyRedeemedResponse:
    """Turn a key's licenses into a project's balance, once. Case, blanks and hyphens do not matter."""
    digest = activation_key.digest(symbols_of(body.activation_key))
    command = RedeemActivationKey(key_digest=digest, project=body.project)
    sequence = await sender.send_throttled(command, command_id, miss="key_unknown")
    return ActivationKeyRedeemedResponse(
        project=body.project,
        sequence=sequence,
        key_digest=digest,
        licenses=await sender.services.redemptions.licenses(Redemption(digest, sequence)),
    )


class _Outlook(NamedTuple):
    """What would become of a key in a project: what it pays at once, and what waits until it is paid."""

    credits: int
    held: Mapping[str, int]


async def _typed_key(services: Services, caller: LedgerCaller, digest: str) -> TypedKey:
    """The key, which may have been issued just now: the read side gets a moment before it is unknown."""
    found: list[TypedKey | None] = []

    async def is_known() -> bool:
        found.append(await services.queries.typed_key(caller.viewer, digest))
        return found[-1] is not None

    await services.waiter.until(is_known, seconds=ISSUED_SECONDS)
    return require_found(found[-1], "key_unknown")


async def _target(services: Services, caller: LedgerCaller, project: str) -> RedemptionTarget:
    """The project; raises Refused as a redemption into it would be refused."""
    company = await services.queries.company(caller.viewer, caller.company)
    if company is not None and company.blocked:
        raise Refused("company_blocked", extras={"entries": [company.blocked.sequence]})
    target = require_found(await services.queries.redemption_target(caller.viewer, project), "project_unknown")
    if target.archived:
        raise Refused("project_archived")
    if target.blocked:
        raise Refused("company_blocked", extras={"entries": [target.blocked.sequence]})
    return target


def _refuse_used(key: TypedKey) -> None:
    if key.is_redeemed and key.redeemed is None:
        raise Refused("key_already_redeemed")
    if key.blocked and not key.is_redeemed:
        raise Refused("key_blocked", extras={"entries": [key.blocked.sequence]})


def _outlook(key: TypedKey, target: RedemptionTarget, today: date) -> _Outlook:
    """As a redemption would decide (rule D6); raises Refused as it would be refused."""
    counts = {lot.license_type: lot.count for lot in key.licenses}
    for name, count in counts.items():
        if target.free.get(name, 0) + count > MAX_HELD:
            raise Refused("balance_limit", extras={"license_type": name, "limit": MAX_HELD})
    dues = dues_of(target.period, key.units, today)
    if dues is None:
        return _Outlook(0, {})
    if dues.are_paid_by(target.free.get(CREDIT, 0) + counts.get(CREDIT, 0)):
        return _Outlook(dues.charge, {})
    return _Outlook(0, {lot.license_type: lot.count for lot in key.licenses if lot.license_class == "pbx"})
