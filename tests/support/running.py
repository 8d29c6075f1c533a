"""A whole stack of a session's own, and how a test acts on it."""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from dev.demo.story import Story
from dev.stack.cli import Stack
from dev.stack.parts import Kit
from tests.support import small_disk
from tests.support.server_authority import ServerAuthority

_LOG = logging.getLogger(__name__)


@contextmanager
def whole_stack(state: Path) -> Generator[Kit]:
    """Broker and database, on disks of their own, and every process, on ports of their own; ended at the end."""
    disks = small_disk.of(state) if small_disk.refusal() is None else ()
    for disk in disks:
        disk.mount()
    ServerAuthority(state).prepare()
    stack = Stack(state, say=_LOG.info, short_lived=True)
    stack.up()
    try:
        yield stack.kit
    finally:
        stack.down()
        for disk in disks:
            disk.unmount()


@contextmanager
def a_stocked_story(state: Path) -> Generator[Story]:
    """A story told up to the allocation: a project with 30 free ports, a device with 20."""
    with Story(state, say=lambda _: None) as story:
        story.a_key_is_issued()
        story.a_partner_redeems_it()
        story.licenses_are_allocated()
        yield story
