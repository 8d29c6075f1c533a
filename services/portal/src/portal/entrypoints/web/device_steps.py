"""What staff does with one device, as forms: what each asks for, and the command that it becomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from licensing_client import Client
from licensing_client.api import CommandResponse
from portal.entrypoints.web.forms import Form
from portal.entrypoints.web.serials import only_serial

Send = Callable[[Client, str, Form, str], CommandResponse]
"""A client, the serial, the form and its idempotency key."""


@dataclass(frozen=True, slots=True)
class DeviceStep:
    """`fields` are what the form asks for; `is_final` marks what can't be undone."""

    title: str
    hint: str
    send: Send
    fields: tuple[str, ...] = ("reason", "reference")
    is_final: bool = False


def _move(client: Client, serial: str, form: Form, once: str) -> CommandResponse:
    return client.transfer_device(
        serial,
        project=form.text("project"),
        reason=form.text("reason"),
        reference=form.text("reference"),
        idempotency_key=once,
    )


def _release_limit(client: Client, serial: str, form: Form, once: str) -> CommandResponse:
    reason, reference = form.text("reason"), form.text("reference")
    return client.release_return_limit(serial, reason=reason, reference=reference, idempotency_key=once)


def _release_test(client: Client, serial: str, form: Form, once: str) -> CommandResponse:
    reason, reference = form.text("reason"), form.text("reference")
    return client.release_test(serial, reason=reason, reference=reference, idempotency_key=once)


def _replace(client: Client, serial: str, form: Form, once: str) -> CommandResponse:
    """The project where the page showed the broken device goes along, so that a mistyped serial is refused."""
    return client.replace_device(
        serial,
        replacement=only_serial(form.text("replacement")) or form.text("replacement"),
        rma=form.text("rma"),
        reason=form.text("reason"),
        other_model=form.text("other_model") == "yes",
        project=form.optional("project_now"),
        idempotency_key=once,
    )


def _recommission(client: Client, serial: str, form: Form, once: str) -> CommandResponse:
    document, reason = form.text("document"), form.text("reason")
    return client.recommission_device(serial, document=document, reason=reason, idempotency_key=once)


IN_A_PROJECT: Mapping[str, DeviceStep] = {
    "replace": DeviceStep(
        "Replace it",
        "All its licenses, its warranty and its place in the project go to the other device. An RMA does this once.",
        _replace,
        ("replacement", "rma", "reason", "other_model"),
        is_final=True,
    ),
    "move": DeviceStep(
        "Move it to any project",
        "All that stands on it goes along, also to another company.",
        _move,
        ("project", "reason", "reference"),
    ),
    "return-limit": DeviceStep(
        "Let it give back again",
        "A device gives back five times within 30 days. After this its returns so far count no more.",
        _release_limit,
    ),
    "test": DeviceStep(
        "Let it have a test again", "For a test that somebody else had used up. One that runs ends.", _release_test
    ),
}
OUT_OF_PROJECTS: Mapping[str, DeviceStep] = {
    "stock": DeviceStep(
        "Take it back into stock",
        "A device that was replaced and works again gives its certificate up on the bench and saves a return document.",
        _recommission,
        ("document", "reason"),
        is_final=True,
    ),
}
STEPS: Mapping[str, DeviceStep] = {**IN_A_PROJECT, **OUT_OF_PROJECTS}
WORDS = frozenset(said for step in STEPS.values() for said in (step.title, step.hint))
"""What has to be there in every language."""
