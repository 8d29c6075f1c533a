"""The Merkle tree over a ledger's entries: RFC 6962, section 2.1, with SHA-256.

Leaf i (from 0) is the value bytes of the entry with sequence i + 1. Pure functions and one small accumulator.
"""

import hashlib
from collections.abc import Sequence

HASH_BYTES = 32
MAX_PROOF_HASHES = 63  # a tree of 2^63 leaves; no ledger comes near
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf: SHA-256(0x00 || entry), so that no leaf can pass for a node."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class CompactRange:
    """A growing tree that remembers only its perfect subtrees: one hash per set bit of its size."""

    __slots__ = ("_subtrees", "size")

    def __init__(self) -> None:
        self.size = 0
        self._subtrees: list[bytes] = []  # largest, that is leftmost, first

    def append(self, leaf: bytes) -> tuple[bytes, ...]:
        """Add a leaf hash; returns its inclusion proof in the tree of exactly the new size, sibling first.

        The newest leaf is the rightmost one, so its siblings on the way up are the perfect subtrees before it.
        """
        proof = tuple(reversed(self._subtrees))
        carried, bits = leaf, self.size
        while bits & 1:
            carried = node_hash(self._subtrees.pop(), carried)
            bits >>= 1
        self._subtrees.append(carried)
        self.size += 1
        return proof

    def root(self) -> bytes:
        """The root of the tree as it is now."""
        if not self._subtrees:
            return EMPTY_ROOT
        root = self._subtrees[-1]
        for left in reversed(self._subtrees[:-1]):
            root = node_hash(left, root)
        return root


def root_from_last(leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """The root that `CompactRange.append`'s proof of the newest leaf leads to: every sibling stands on the left."""
    root = leaf
    for left in proof:
        root = node_hash(left, root)
    return root


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that a proof of leaf `index` in a tree of `size` leaves leads to, or None if it has not that shape.

    The algorithm of RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        return None
    node, last, root = index, size - 1, leaf
    for sibling in proof:
        if last == 0 or len(sibling) != HASH_BYTES:
            return None
        if node & 1 or node == last:
            root = node_hash(sibling, root)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        node, last = node >> 1, last >> 1
    return root if last == 0 else None


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows that leaf hash `leaf` is leaf `index` of the tree of `size` leaves with that root."""
    return root_from_inclusion(leaf, index, size, proof) == root
