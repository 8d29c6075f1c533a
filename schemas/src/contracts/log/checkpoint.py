"""Checkpoints and proofs of a ledger's transparency log, as third-party verifiers read them.

C2SP signed-note (c2sp.org/signed-note), tlog-checkpoint (c2sp.org/tlog-checkpoint) and tlog-proof
(c2sp.org/tlog-proof), with Ed25519. A checkpoint's first line is its log's origin, so that no other signature of ours
can pass for one.
"""

import hashlib
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contracts.log.merkle import HASH_BYTES, MAX_PROOF_HASHES, leaf_hash, verify_inclusion

MAX_NOTE_BYTES = 16 * 1024  # a checkpoint and a hundred cosignatures
MAX_SIGNATURES = 100  # the C2SP bound is "some number"; Go's reader takes a hundred
PROOF_HEADER = "c2sp.org/tlog-proof@v1"
DEFAULT_LOG_NAME = "licensing-ledger.example"

_ED25519 = b"\x01"  # signature type of plain Ed25519 in signed-note
_KEY_HASH_BYTES = 4
_DASH = "\N{EM DASH} "
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]{1,200}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


class NoteWrongError(ValueError):
    """These bytes are no checkpoint or proof that the given key vouches for; the message says why."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log's tree was at a size."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """The note text that gets signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class TlogProof:
    """That a leaf is in a checkpointed tree; `checkpoint` is the signed note, verbatim."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str

    def text(self) -> str:
        """The C2SP tlog-proof text."""
        path = "".join(f"{b64encode(one).decode()}\n" for one in self.hashes)
        return f"{PROOF_HEADER}\nindex {self.index}\n{path}\n{self.checkpoint}"


def origin_of(log_name: str, ledger: int) -> str:
    """The origin line, and key name, of a ledger's log: a schema-less URL, as C2SP wants it."""
    return f"{log_name}/ledgers/{ledger}"


class LogVerifier:
    """A log's public key under its origin, as a C2SP verifier key string writes it."""

    __slots__ = ("key_hash", "name", "public_key")

    def __init__(self, name: str, public_key: Ed25519PublicKey) -> None:
        if not _NAME.fullmatch(name):
            raise NoteWrongError("the name of a log key must not be empty and has neither blanks nor a plus sign")
        self.name = name
        self.public_key = public_key
        raw = _ED25519 + public_key.public_bytes_raw()
        self.key_hash = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:_KEY_HASH_BYTES]

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Read `<name>+<hash>+<key>`; raises NoteWrongError."""
        name, _, rest = vkey.strip().partition("+")
        stated_hash, _, key = rest.partition("+")
        raw = _base64(key)
        if len(raw) != 1 + HASH_BYTES or raw[:1] != _ED25519:
            raise NoteWrongError("this is no Ed25519 verifier key")
        verifier = cls(name, Ed25519PublicKey.from_public_bytes(raw[1:]))
        if verifier.key_hash.hex() != stated_hash:
            raise NoteWrongError("the verifier key's hash does not match its name and key")
        return verifier

    def __str__(self) -> str:
        raw = _ED25519 + self.public_key.public_bytes_raw()
        return f"{self.name}+{self.key_hash.hex()}+{b64encode(raw).decode()}"

    def open_note(self, note: str) -> str:
        """The text of a note that this key signed; raises NoteWrongError. Signatures of other keys are passed over."""
        text, lines = _split_note(note)
        mine = [signature for name, key_hash, signature in map(_signature, lines) if self._is_mine(name, key_hash)]
        if not mine:
            raise NoteWrongError(f"{self.name} has not signed this note")
        try:
            for signature in mine:
                self.public_key.verify(signature, text.encode())
        except InvalidSignature:
            raise NoteWrongError(f"the signature of {self.name} does not hold") from None
        return text

    def open_checkpoint(self, note: str) -> Checkpoint:
        """The checkpoint of this log in a note that this key signed; raises NoteWrongError."""
        checkpoint = parse_checkpoint(self.open_note(note))
        if checkpoint.origin != self.name:
            raise NoteWrongError(f"the checkpoint is of {checkpoint.origin}, not of {self.name}")
        return checkpoint

    def verify_proof(self, proof: str, entry: bytes) -> Checkpoint:
        """The checkpoint in whose tree `entry` stands, by a tlog-proof text; raises NoteWrongError."""
        parsed = parse_proof(proof)
        checkpoint = self.open_checkpoint(parsed.checkpoint)
        leaf = leaf_hash(entry)
        if not verify_inclusion(leaf, parsed.index, checkpoint.size, parsed.hashes, checkpoint.root):
            raise NoteWrongError("the proof does not lead from the entry to the checkpoint's root")
        return checkpoint

    def _is_mine(self, name: str, key_hash: bytes) -> bool:
        return name == self.name and key_hash == self.key_hash


class LogSigner:
    """Signs one log's checkpoints. Ed25519 is deterministic: the same tree makes the same bytes."""

    __slots__ = ("_key", "_prefix", "verifier")

    def __init__(self, origin: str, key: Ed25519PrivateKey) -> None:
        self.verifier = LogVerifier(origin, key.public_key())
        self._key = key
        self._prefix = f"\n{_DASH}{origin} "

    def sign(self, size: int, root: bytes) -> str:
        """The signed note of the checkpoint of that tree."""
        body = Checkpoint(self.verifier.name, size, root).body()
        signature = self.verifier.key_hash + self._key.sign(body.encode())
        return f"{body}{self._prefix}{b64encode(signature).decode()}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a note text as a checkpoint, extension lines passed over; raises NoteWrongError. Checks no signature."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise NoteWrongError("a checkpoint has an origin, a size and a root, a line each")
    root = _base64(lines[2])
    if not _NUMBER.fullmatch(lines[1]) or len(root) != HASH_BYTES:
        raise NoteWrongError("the checkpoint's size or root is malformed")
    return Checkpoint(lines[0], int(lines[1]), root)


def parse_proof(proof: str) -> TlogProof:
    """Read a tlog-proof text, its untrusted extra data passed over; raises NoteWrongError. Checks no signature."""
    head, blank, checkpoint = proof.partition("\n\n")
    lines = head.split("\n")
    if lines[0] != PROOF_HEADER or not blank:
        raise NoteWrongError("this is no tlog-proof of version 1")
    rest = lines[2:] if lines[1:2] and lines[1].startswith("extra ") else lines[1:]
    index = rest[0].removeprefix("index ") if rest and rest[0].startswith("index ") else ""
    hashes = tuple(_base64(line) for line in rest[1:])
    if not _NUMBER.fullmatch(index) or len(hashes) > MAX_PROOF_HASHES:
        raise NoteWrongError("the proof's index or length is malformed")
    if any(len(one) != HASH_BYTES for one in hashes):
        raise NoteWrongError("a hash of the proof is malformed")
    return TlogProof(int(index), hashes, checkpoint)


def _split_note(note: str) -> tuple[str, list[str]]:
    if len(note) > MAX_NOTE_BYTES or _CONTROL.search(note):
        raise NoteWrongError("the note is too long or holds control characters")
    text, blank, signatures = note.rpartition("\n\n")
    if not blank or not text or not signatures.endswith("\n"):
        raise NoteWrongError("a note is a text, an empty line and signature lines")
    lines = signatures[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteWrongError(f"a note has at most {MAX_SIGNATURES} signatures")
    return text + "\n", lines


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    raw = _base64(encoded)
    if not line.startswith(_DASH) or not _NAME.fullmatch(name) or len(raw) <= _KEY_HASH_BYTES:
        raise NoteWrongError("a signature line is malformed")
    return name, raw[:_KEY_HASH_BYTES], raw[_KEY_HASH_BYTES:]


def _base64(text: str) -> bytes:
    try:
        raw = b64decode(text, validate=True)
    except ValueError:
        raise NoteWrongError("a line is no base64") from None
    if b64encode(raw).decode() != text:
        raise NoteWrongError("a line is no canonical base64")
    return raw
