"""Verification of a log: its chain, and the trees that were signed over it."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.log.checkpoint import Checkpoint, LogSigner, origin_of
from contracts.log.merkle import CompactRange, leaf_hash
from operations.domain.log_verification import LedgerVerification, LogBrokenError, signed_trees
from tests.support.signer.story import Story

VALUES = Story().main_job().values
ORIGIN = origin_of("logs.example.com", 0)
SIGNER = LogSigner(ORIGIN, Ed25519PrivateKey.generate())


def _root(size: int) -> bytes:
    tree = CompactRange()
    for value in VALUES[:size]:
        tree.append(leaf_hash(value))
    return tree.root()


def _verified(values: list[bytes], *checkpoints: Checkpoint) -> LedgerVerification:
    verification = LedgerVerification("ledger.events/0", 0, checkpoints)
    for value in values:
        verification.read(value)
    return verification


def test_a_whole_log_is_as_it_was_signed() -> None:
    signed = signed_trees([SIGNER.sign(3, _root(3)), SIGNER.sign(5, _root(5))], [SIGNER.verifier], 0)

    report = _verified([*VALUES, b"no entry"], *signed).report()

    assert (report.sequence, report.checkpoint, report.orphans) == (len(VALUES), 5, 1)


def test_another_history_than_was_signed_is_found() -> None:
    with pytest.raises(LogBrokenError, match="up to entry 3 it is not what logs"):
        _verified(VALUES, Checkpoint(ORIGIN, 3, bytes(32)))


def test_a_log_that_ends_before_what_was_signed_is_found() -> None:
    verification = _verified(VALUES[:3], Checkpoint(ORIGIN, 5, _root(5)))

    with pytest.raises(LogBrokenError, match="ends at entry 3, and entry 5 was signed"):
        verification.report()


def test_what_the_log_key_of_the_ledger_did_not_sign_counts_for_nothing() -> None:
    stranger = LogSigner(ORIGIN, Ed25519PrivateKey.generate())
    other_ledger = LogSigner(origin_of("logs.example.com", 1), Ed25519PrivateKey.generate())
    notes = [stranger.sign(9, bytes(32)), other_ledger.sign(9, bytes(32)), "no note"]

    assert signed_trees(notes, [SIGNER.verifier, other_ledger.verifier], 0) == ()
