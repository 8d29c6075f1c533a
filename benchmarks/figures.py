"""What a benchmark found, and how it is printed: as lines to read, or as a Markdown table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

HEADINGS = ("measured", "figure", "beside it, same run", "figure", "ratio", "aim")


@dataclass(frozen=True, slots=True)
class Beside:
    """Another figure of the same run, in the same unit."""

    what: str
    value: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value, its aim if there is one, and what it is to be compared with."""

    what: str
    value: float
    unit: str
    aim: str = ""
    beside: tuple[Beside, ...] = ()


def text(figures: Sequence[Figure]) -> str:
    """Columns of equal width."""
    rows = [row for figure in figures for row in _rows(figure)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def markdown(figures: Sequence[Figure]) -> str:
    """A table of all."""
    rows: list[tuple[str, ...]] = [HEADINGS, ("---", "---:", "---", "---:", "---:", "---")]
    rows += [row for figure in figures for row in _rows(figure)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _rows(figure: Figure) -> Iterator[tuple[str, ...]]:
    first = (figure.what, _number(figure.value, figure.unit))
    for beside in figure.beside or (None,):
        other = ("", "", "")
        if beside is not None:
            other = (beside.what, _number(beside.value, figure.unit), f"{figure.value / beside.value:.3g}")
        yield (*first, *other, figure.aim if first[0] else "")
        first = ("", "")


def _number(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"
