"""The class of each license type that an entry names in its lots: postings say the type alone."""

from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

from contracts.licenses import Lot
from contracts.models import WireModel


def lots_in(model: WireModel) -> Iterator[Lot]:
    """Every lot in an event, wherever in it the lot stands."""
    for name in _fields_with_lots(type(model)):
        value: Any = getattr(model, name)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Lot):
                yield one
            elif one is not None:
                yield from lots_in(one)


@cache
def _fields_with_lots(model: type[WireModel]) -> tuple[str, ...]:
    return tuple(name for name, field in model.model_fields.items() if _has_lots(field.annotation))


def _has_lots(annotation: Any) -> bool:
    """Whether a value of this type is a lot, or may hold one."""
    if isinstance(annotation, type) and issubclass(annotation, WireModel):
        return annotation is Lot or bool(_fields_with_lots(annotation))
    return any(_has_lots(part) for part in get_args(annotation))
