"""Checkpoints and proofs: other people's bytes are read, ours are exactly what C2SP says, and lies are refused."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.log.checkpoint import (
    Checkpoint,
    LogSigner,
    LogVerifier,
    NoteWrongError,
    TlogProof,
    origin_of,
    parse_checkpoint,
    parse_proof,
)
from contracts.log.merkle import CompactRange, leaf_hash

# A tree head that the Go checksum database once published, and its well-known key.
GO_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
GO_NOTE = (
    "go.sum database tree\n65664258\nWVVNVD2qx+fTq31zkj6UAqxT5X6HvGphGM+o8Thnbsg=\n\n"
    "— sum.golang.org Az3grligJmgX7KGyGPKybykNTh3VgsbLvUuvOwrM5zLVlulmFp2wdvbxOw74/gcNxURShXEpb7RXcs3+BYflYN+w0gQ=\n"
)
ORIGIN = origin_of("licensing-ledger.example", 0)
ENTRIES = [b"one", b"two", b"three"]


def _signer(seed: int = 7) -> LogSigner:
    return LogSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


def _proof() -> str:
    tree = CompactRange()
    path = [tree.append(leaf_hash(entry)) for entry in ENTRIES][-1]
    return TlogProof(2, path, _signer().sign(3, tree.root())).text()


def test_a_note_of_the_go_checksum_database_verifies() -> None:
    text = LogVerifier.parse(GO_KEY).open_note(GO_NOTE)
    assert parse_checkpoint(text).size == 65664258


def test_a_verifier_key_is_written_as_it_was_read() -> None:
    assert str(LogVerifier.parse(GO_KEY)) == GO_KEY


def test_the_same_tree_makes_the_same_checkpoint_bytes() -> None:
    assert _signer().sign(3, bytes(32)) == _signer().sign(3, bytes(32))


def test_a_checkpoint_is_origin_size_and_root_and_one_signature_line() -> None:
    lines = _signer().sign(3, bytes(32)).split("\n")
    assert lines[:4] == [ORIGIN, "3", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", ""]
    assert lines[4].startswith(f"— {ORIGIN} ")
    assert lines[5:] == [""]


def test_a_signed_checkpoint_opens_with_the_key_as_published() -> None:
    verifier = LogVerifier.parse(str(_signer().verifier))
    assert verifier.open_checkpoint(_signer().sign(3, bytes(32))) == Checkpoint(ORIGIN, 3, bytes(32))


def test_a_cosignature_of_a_witness_is_passed_over() -> None:
    note = _signer().sign(3, bytes(32)) + "— witness.example " + "A" * 96 + "\n"
    assert _signer().verifier.open_checkpoint(note).size == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda note: note.replace("\n3\n", "\n4\n"),
        lambda note: note.replace("\n3\n", "\n03\n"),
        lambda note: note.replace(ORIGIN, "elsewhere.example"),
        lambda note: note[:-1],
        lambda note: note.replace("\n\n", "\n"),
        lambda note: note.replace("— ", "- "),
        lambda note: note + "no signature\n",
        lambda note: note + "— x !!\n",
        lambda note: "\x00" + note,
        lambda note: note + "— w.example AAAAAAAA\n" * 100,
        lambda note: "x" * 20_000 + note,
        lambda _: "",
    ],
)
def test_a_changed_checkpoint_is_refused(change: Callable[[str], str]) -> None:
    with pytest.raises(NoteWrongError):
        _signer().verifier.open_checkpoint(change(_signer().sign(3, bytes(32))))


def test_a_checkpoint_by_another_key_of_the_same_name_is_refused() -> None:
    with pytest.raises(NoteWrongError, match="has not signed"):
        _signer().verifier.open_checkpoint(_signer(8).sign(3, bytes(32)))


def test_a_good_note_of_another_origin_is_no_checkpoint_of_this_log() -> None:
    with pytest.raises(NoteWrongError, match=r"not of sum\.golang\.org"):
        LogVerifier.parse(GO_KEY).open_checkpoint(GO_NOTE)


@pytest.mark.parametrize(
    "vkey", ["", "a+b", "a+00000000+AAAA", GO_KEY.replace("033de0ae", "033de0af"), GO_KEY.replace("sum.", "s m.")]
)
def test_a_malformed_verifier_key_is_refused(vkey: str) -> None:
    with pytest.raises(NoteWrongError):
        LogVerifier.parse(vkey)


def test_a_proof_leads_from_the_entry_to_the_checkpoint() -> None:
    assert _signer().verifier.verify_proof(_proof(), b"three").size == 3


def test_a_proof_is_read_as_it_was_written_and_its_extra_data_is_passed_over() -> None:
    parsed = parse_proof(_proof())
    assert parsed.text() == _proof()
    assert parse_proof(_proof().replace("\nindex", "\nextra AAAA\nindex")) == parsed


def test_a_proof_in_a_tree_of_one_leaf_has_no_hashes() -> None:
    tree = CompactRange()
    proof = TlogProof(0, tree.append(leaf_hash(b"one")), _signer().sign(1, tree.root())).text()
    assert _signer().verifier.verify_proof(proof, b"one").size == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda proof: proof.replace("@v1", "@v2"),
        lambda proof: proof.replace("index 2", "index 1"),
        lambda proof: proof.replace("index 2", "index 02"),
        lambda proof: proof.replace("index 2\n", ""),
        lambda proof: proof.replace("index 2\n", "index 2\nAAAA\n"),
        lambda proof: proof.replace("index 2\n", "index 2\n" + "A" * 43 + "=\n"),
        lambda proof: proof.replace("\n\n", "\n"),
        lambda _: "",
    ],
)
def test_a_changed_proof_is_refused(change: Callable[[str], str]) -> None:
    with pytest.raises(NoteWrongError):
        _signer().verifier.verify_proof(change(_proof()), b"three")


def test_a_proof_of_another_entry_is_refused() -> None:
    with pytest.raises(NoteWrongError, match="does not lead"):
        _signer().verifier.verify_proof(_proof(), b"two")
