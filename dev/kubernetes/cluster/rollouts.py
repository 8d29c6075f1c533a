"""Whether a version comes in, and goes back, in the order that docs/operations.md promises."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from dev.kubernetes.cluster.history import Sighting, begins, fewest_ready, is_over, succeeds

INSTALL, UPGRADE, BACK = "4. Apply", "Upgrade and roll back", "Roll back"
"""Headings of the page on operations."""
WRITERS = ("ledger-writer", "rma-writer")
JOBS = ("database-rights", "topic-check")
"""The Jobs whose end writers wait for."""

Copies = Mapping[str, int]
"""How many copies each Deployment has, by its name."""
Judge = Callable[[Sequence[Sighting], int, str, Copies], Iterator[str]]
"""Says what was wrong since a sighting while a version came."""


def wrong_upgrade(seen: Sequence[Sighting], since: int, version: str, copies: Copies) -> Iterator[str]:
    """One sentence for each writer of the version that came before a reader, or before a Job."""
    new = seen[since:]
    readers = {name: count for name, count in copies.items() if name not in WRITERS}
    over = {name: is_over(new, name, version, count) for name, count in readers.items()}
    over |= {job: succeeds(new, job) for job in JOBS}
    yield from _not_before(new, version, over, WRITERS)
    yield from _gaps(seen, since, copies)


def wrong_way_back(seen: Sequence[Sighting], since: int, version: str, copies: Copies) -> Iterator[str]:
    """One sentence for each reader of the version that came before a writer."""
    over = {name: is_over(seen[since:], name, version, copies[name]) for name in WRITERS}
    readers = [name for name in copies if name not in WRITERS]
    yield from _not_before(seen[since:], version, over, readers)
    yield from _gaps(seen, since, copies)


def wrong_stop(seen: Sequence[Sighting], since: int, version: str, copies: Copies, failing: str) -> Iterator[str]:
    """One sentence for each writer that came although the roll-out failed, and for copies that went meanwhile."""
    for name in WRITERS:
        if begins(seen, name, version) is not None:
            yield f"{name} began although {failing} failed"
    yield from _gaps(seen, since, copies)


def order(seen: Sequence[Sighting], since: int, version: str, copies: Copies) -> list[str]:
    """The processes in the order in which all of their copies of the version were ready, and the Jobs by their ends."""
    over = {name: is_over(seen[since:], name, version, count) for name, count in copies.items()}
    over |= {job: succeeds(seen[since:], job) for job in JOBS}
    ended = {name: number for name, number in over.items() if number is not None}
    return sorted(ended, key=lambda name: ended[name])


def are_over(seen: Sequence[Sighting], version: str, copies: Copies) -> bool:
    return all(is_over(seen, name, version, count) is not None for name, count in copies.items())


def _not_before(
    seen: Sequence[Sighting], version: str, over: Mapping[str, int | None], later: Sequence[str]
) -> Iterator[str]:
    for name in later:
        began = begins(seen, name, version)
        if began is None:
            yield f"{name} never began"
            continue
        early = [first for first, ended in over.items() if ended is None or ended > began]
        yield from (f"{name} began before {first} was through" for first in early)


def _gaps(seen: Sequence[Sighting], since: int, copies: Copies) -> Iterator[str]:
    """A Deployment of several copies never has fewer ready ones while it rolls."""
    for name, count in copies.items():
        fewest = fewest_ready(seen, name, since)
        if count > 1 and fewest < count:
            yield f"{name} had {fewest} of {count} copies for a while"
