"""A delivered device and the extensions of its warranty."""

from datetime import UTC, datetime

from contracts.commands.activation_keys import IssueActivationKey
from contracts.commands.companies import RegisterCompany
from contracts.commands.warranty import ExtendWarranty
from tests.support.ledger.story import (
    ADRIA,
    ANNA,
    SERIAL,
    Story,
    a_founded_ledger,
    anna,
    box,
    licenses,
    project,
    redeem,
    staff,
)
from tests.support.ledger.story_catalog import MODEL, delivered, models, register
from tests.support.ledger.story_claims import claim, code

KEY = IssueActivationKey(
    key_digest="a1" * 32,
    key_hint="K3YZ",
    licenses=licenses(**{"WE-12": 5, "WE-48": 5, "Port11": 5}),
    order_number="PO-1",
)


def extend(license_type: str = "WE-12", *, confirm_final: bool = True) -> ExtendWarranty:
    return ExtendWarranty(serial=SERIAL, license_type=license_type, confirm_final=confirm_final)


def on(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)


def a_device(kind: str = "reseller") -> Story:
    """In a project with extensions free; nobody has said when it was delivered."""
    company = RegisterCompany.model_validate({"company": ADRIA, "kind": kind, "administrator": ANNA})
    return a_founded_ledger().given(
        (staff, company),
        (anna, project()),
        (staff, KEY),
        (anna, redeem()),
        (anna, code()),
        (box, claim()),
        (staff, models(MODEL)),
    )


def a_delivered_device(kind: str = "reseller", *, today: str = "2026-11-24") -> Story:
    """Delivered on 2026-05-20."""
    story = a_device(kind).given((staff, register(delivered())))
    story.now = on(today)
    return story
