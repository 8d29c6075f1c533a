"""The steps of a case as forms: what each asks for, and the request that it becomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation

from licensing_client import CaseClient
from licensing_client.cases_api import CaseResponse
from portal.entrypoints.web.forms import Form
from portal.entrypoints.web.serials import whole

QUOTE_STANDS = timedelta(days=30)
"""What the form of a quote suggests as its last day."""

Send = Callable[[CaseClient, str, Form, str], CaseResponse]
"""A client, the case, the form and its idempotency key."""


@dataclass(frozen=True, slots=True)
class Step:
    """`fields` are what the form asks for; `is_final` marks what can't be undone."""

    title: str
    send: Send
    fields: tuple[str, ...] = ()
    is_final: bool = False
    hint: str = ""


def _serial(form: Form, name: str) -> str:
    """The whole serial, or what was typed: the API says what is wrong with it."""
    return whole(form.text(name)) or form.text(name)


def _cents(typed: str) -> int:
    """An amount as people write it, with a point or a comma; 0 for what is none, which the API refuses."""
    try:
        return int(Decimal(typed.replace(",", ".")) * 100)
    except (InvalidOperation, ValueError, OverflowError):
        return 0


def _cancel(client: CaseClient, rma: str, _: Form, once: str) -> CaseResponse:
    return client.cancel_case(rma, idempotency_key=once)


def _receive(client: CaseClient, rma: str, form: Form, once: str) -> CaseResponse:
    return client.receive_device(rma, serial=_serial(form, "serial"), idempotency_key=once)


def _quote(client: CaseClient, rma: str, form: Form, once: str) -> CaseResponse:
    until = form.text("valid_until")
    cents = _cents(form.text("amount"))
    return client.quote_repair(rma, cents=cents, currency="EUR", valid_until=until, idempotency_key=once)


def _accept(client: CaseClient, rma: str, form: Form, once: str) -> CaseResponse:
    return client.accept_quote(rma, quote=form.whole("quote") or 0, idempotency_key=once)


def _decline(client: CaseClient, rma: str, form: Form, once: str) -> CaseResponse:
    return client.decline_quote(rma, quote=form.whole("quote") or 0, idempotency_key=once)


def _repair(client: CaseClient, rma: str, form: Form, once: str) -> CaseResponse:
    return client.record_repair(rma, finding=form.text("finding"), idempotency_key=once)


def _unrepairable(client: CaseClient, rma: str, form: Form, once: str) -> CaseResponse:
    return client.declare_unrepairable(rma, finding=form.text("finding"), idempotency_key=once)


def _replace(client: CaseClient, rma: str, form: Form, once: str) -> CaseResponse:
    return client.order_replacement(
        rma,
        replacement=_serial(form, "replacement"),
        finding=form.text("finding"),
        other_model=form.text("other_model") == "yes",
        idempotency_key=once,
    )


def _send_in_advance(client: CaseClient, rma: str, form: Form, once: str) -> CaseResponse:
    return client.send_in_advance(
        rma,
        replacement=_serial(form, "replacement"),
        reason=form.text("reason"),
        carrier=form.text("carrier"),
        tracking_number=form.text("tracking_number"),
        other_model=form.text("other_model") == "yes",
        idempotency_key=once,
    )


def _ship(client: CaseClient, rma: str, form: Form, once: str) -> CaseResponse:
    carrier, number = form.text("carrier"), form.text("tracking_number")
    return client.ship_device(rma, carrier=carrier, tracking_number=number, idempotency_key=once)


def _charge(client: CaseClient, rma: str, form: Form, once: str) -> CaseResponse:
    return client.charge_debt(rma, invoice=form.text("invoice"), idempotency_key=once)


def _close(client: CaseClient, rma: str, _: Form, once: str) -> CaseResponse:
    return client.close_case(rma, idempotency_key=once)


def _reopen(client: CaseClient, rma: str, form: Form, once: str) -> CaseResponse:
    return client.reopen_case(rma, reason=form.text("reason"), idempotency_key=once)


_MOVES = "All licenses of the broken device move to this one for good."
STEPS: Mapping[str, Step] = {
    "receive": Step("Receive the device", _receive, ("serial",)),
    "accept": Step("Accept the quote", _accept, ("quote",), hint="The device is repaired at this price."),
    "decline": Step("Decline the quote", _decline, ("quote",), hint="The device comes back as it is."),
    "quote": Step("Quote the repair", _quote, ("amount", "valid_until")),
    "repair": Step("Record the repair", _repair, ("finding",)),
    "ship": Step("Send the device", _ship, ("carrier", "tracking_number")),
    "charge": Step("Charge for it", _charge, ("invoice",)),
    "close": Step("Close the case", _close),
    "replace": Step("Replace the device", _replace, ("replacement", "finding", "other_model"), True, _MOVES),
    "send_in_advance": Step(
        "Send another device in advance",
        _send_in_advance,
        ("replacement", "reason", "carrier", "tracking_number", "other_model"),
        is_final=True,
        hint=_MOVES,
    ),
    "unrepairable": Step("Declare it unrepairable", _unrepairable, ("finding",), hint="It goes back as it is."),
    "cancel": Step("Cancel the case", _cancel, hint="Possible until the device has arrived."),
    "reopen": Step("Take the case up again", _reopen, ("reason",), hint="It stands where it stood; a swap stays."),
}
"""In the order in which a case page shows those that are possible."""
LABELS: Mapping[str, str] = {
    "serial": "Serial",
    "amount": "Price in euro",
    "valid_until": "The offer stands until",
    "finding": "Finding",
    "carrier": "Carrier",
    "tracking_number": "Tracking number",
    "invoice": "Invoice",
    "replacement": "Serial of the other device",
    "reason": "Reason",
    "other_model": "It is of another model, and that is right.",
}
WORDS = (*(one.title for one in STEPS.values()), *(one.hint for one in STEPS.values() if one.hint), *LABELS.values())
