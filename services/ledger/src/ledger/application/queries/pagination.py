"""Pages of rows."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows in order, and whether there are more."""

    rows: tuple[T, ...]
    more: bool
