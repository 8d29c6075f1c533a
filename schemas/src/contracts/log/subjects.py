"""What an event is about: the companies, projects, devices and activation keys whose history it belongs to.

Events name things in fields of agreed names, so that a new type of event joins the histories by itself: a field called
`project`, or `<something>_project`, holds a project's id, wherever in the event it stands.
"""

from collections.abc import Iterator
from functools import cache

from contracts.events import Event
from contracts.log.postings import postings
from contracts.models import WireModel

COMPANY, PROJECT, DEVICE, KEY = "companies", "projects", "devices", "activation-keys"

_NAMED = {"company": COMPANY, "vendor": COMPANY, "project": PROJECT, "serial": DEVICE, "key_digest": KEY}
_ACCOUNTS = {"project": PROJECT, "held": PROJECT, "device": DEVICE}


def concerns(event: Event) -> frozenset[str]:
    """Subjects such as `projects/<id>` and `devices/<serial>`, those of its postings among them."""
    found = set(_named_in(event))
    for posting in postings(event):
        kind, _, name = posting.account.partition("/")
        if kind in _ACCOUNTS:
            found.add(subject(_ACCOUNTS[kind], name))
    return frozenset(found)


def subject(kind: str, name: str) -> str:
    """A thing's name among the subjects."""
    return f"{kind}/{name}"


def named(subjects: frozenset[str], kind: str) -> list[str]:
    """The names of the subjects of one kind, in order."""
    prefix = subject(kind, "")
    return sorted(one.removeprefix(prefix) for one in subjects if one.startswith(prefix))


def _named_in(model: WireModel) -> Iterator[str]:
    for name, kind in _fields(type(model)):
        value: object = getattr(model, name)
        for one in value if isinstance(value, tuple) else (value,):  # pyright: ignore[reportUnknownVariableType]
            if isinstance(one, WireModel):
                yield from _named_in(one)
            elif kind and isinstance(one, str):
                yield subject(kind, one)


@cache
def _fields(model: type[WireModel]) -> tuple[tuple[str, str | None], ...]:
    return tuple((name, _kind(name)) for name in model.model_fields)


def _kind(field: str) -> str | None:
    return next((kind for name, kind in _NAMED.items() if field == name or field.endswith(f"_{name}")), None)
