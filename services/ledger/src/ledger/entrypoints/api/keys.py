"""Activation keys: issued by the vendor's order system, redeemed by partners."""

from fastapi import APIRouter

from contracts import activation_key
from contracts.commands import IssueActivationKey, RedeemActivationKey
from contracts.licenses import Licenses
from ledger.entrypoints.api import bodies
from ledger.entrypoints.api.asking import CommandIdOfRequest, TheAsker
from ledger.entrypoints.api.refused import Refused
from ledger.entrypoints.api.services import TheServices
from ledger.entrypoints.api.typing_in import TheTypingAsker

router = APIRouter(prefix="/v1/activation-keys", tags=["activation keys"])


def wanted(licenses: list[bodies.WantedLicenses]) -> tuple[Licenses, ...]:
    return tuple(Licenses(license_type=one.license_type, count=one.count) for one in licenses)


def symbols_of(typed: str) -> str:
    """The symbols of a key that somebody typed; raises Refused."""
    try:
        return activation_key.normalise(typed)
    except activation_key.KeyMalformed as error:
        raise Refused("key_checksum", f"This is no activation key: {error}.") from None


@router.post("", status_code=201)
async def issue_activation_key(
    body: bodies.IssueActivationKeyBody, services: TheServices, asker: TheAsker, command_id: CommandIdOfRequest
) -> bodies.ActivationKeyIssued:
    """Put a key into the world. For the vendor's staff.

    The key is in this answer and nowhere else: the ledger keeps only its digest. The same request again gives it again.
    """
    key = activation_key.make(services.activation_key_secret, command_id)
    symbols = activation_key.normalise(key)
    command = IssueActivationKey(
        key_digest=activation_key.digest(symbols),
        key_hint=activation_key.hint(symbols),
        licenses=wanted(body.licenses),
        order_number=body.order_number,
        customer_reference=body.customer_reference,
    )
    return bodies.ActivationKeyIssued(activation_key=key, sequence=await asker.ask(command, command_id))


@router.post("/redemptions", status_code=201)
async def redeem_activation_key(
    body: bodies.RedeemActivationKeyBody, asker: TheTypingAsker, command_id: CommandIdOfRequest
) -> bodies.ActivationKeyRedeemed:
    """Turn a key's licenses into a project's balance, once. Case, blanks and hyphens do not matter."""
    symbols = symbols_of(body.activation_key)
    command = RedeemActivationKey(key_digest=activation_key.digest(symbols), project=body.project)
    sequence = await asker.ask_typed(command, command_id, miss="key_unknown")
    return bodies.ActivationKeyRedeemed(project=body.project, sequence=sequence)
