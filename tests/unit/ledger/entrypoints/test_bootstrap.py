"""Founding a ledger again, by the same version or a later one."""

from contracts.licenses import DEFAULT_CATALOG
from ledger.entrypoints.bootstrap import command_id
from tests.support.ledger.story import found


def test_the_same_founding_is_the_same_command() -> None:
    assert command_id(0, "mary", found()) == command_id(0, "mary", found())


def test_a_founding_with_another_catalog_is_another_command_and_not_a_reused_key() -> None:
    later = found().model_copy(update={"catalog": DEFAULT_CATALOG[:-1]})

    assert command_id(0, "mary", later) != command_id(0, "mary", found())
