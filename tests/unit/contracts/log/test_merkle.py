"""The Merkle tree: known answers of RFC 6962 implementations, and agreement with the definition."""

from hypothesis import given
from hypothesis import strategies as st

from contracts.log.merkle import (
    EMPTY_ROOT,
    CompactRange,
    leaf_hash,
    node_hash,
    root_from_inclusion,
    root_from_last,
    verify_inclusion,
)

# The eight leaves that Certificate Transparency implementations test with, and the root at each size.
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
leaves = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


def test_the_root_at_each_size_is_the_known_one() -> None:
    tree = CompactRange()
    roots: list[str] = []
    for leaf in LEAVES:
        tree.append(leaf_hash(leaf))
        roots.append(tree.root().hex())
    assert roots == ROOTS


def test_an_empty_tree_has_the_hash_of_nothing_as_its_root() -> None:
    assert CompactRange().root() == EMPTY_ROOT


@given(leaves)
def test_the_root_is_the_one_that_the_definition_gives(entries: list[bytes]) -> None:
    tree = CompactRange()
    for entry in entries:
        tree.append(leaf_hash(entry))
    assert tree.root() == _defined_root([leaf_hash(entry) for entry in entries])


@given(leaves)
def test_each_append_gives_the_proof_of_the_new_leaf_in_the_tree_of_exactly_that_size(entries: list[bytes]) -> None:
    tree = CompactRange()
    hashes: list[bytes] = []
    for entry in entries:
        leaf = leaf_hash(entry)
        hashes.append(leaf)
        proof = tree.append(leaf)
        assert list(proof) == _defined_path(len(hashes) - 1, hashes)
        assert root_from_last(leaf, proof) == tree.root()
        assert verify_inclusion(leaf, len(hashes) - 1, len(hashes), proof, tree.root())


@given(leaves, st.data())
def test_the_proof_of_any_leaf_verifies_and_that_of_a_changed_one_does_not(
    entries: list[bytes], data: st.DataObject
) -> None:
    hashes = [leaf_hash(entry) for entry in entries]
    index = data.draw(st.integers(0, len(hashes) - 1))
    path, root = _defined_path(index, hashes), _defined_root(hashes)
    assert verify_inclusion(hashes[index], index, len(hashes), path, root)
    assert not verify_inclusion(leaf_hash(entries[index] + b"!"), index, len(hashes), path, root)


@given(leaves, st.data())
def test_a_proof_of_the_wrong_length_leads_nowhere(entries: list[bytes], data: st.DataObject) -> None:
    hashes = [leaf_hash(entry) for entry in entries]
    index = data.draw(st.integers(0, len(hashes) - 1))
    path = _defined_path(index, hashes)
    assert root_from_inclusion(hashes[index], index, len(hashes), [*path, bytes(32)]) is None
    assert not path or root_from_inclusion(hashes[index], index, len(hashes), path[:-1]) is None


def test_an_index_outside_of_the_tree_is_in_no_tree() -> None:
    assert root_from_inclusion(bytes(32), 1, 1, []) is None
    assert root_from_inclusion(bytes(32), -1, 1, []) is None
    assert root_from_inclusion(bytes(32), 0, 0, []) is None


def test_a_sibling_that_is_no_hash_leads_nowhere() -> None:
    assert root_from_inclusion(bytes(32), 0, 2, [b"short"]) is None


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1


def _defined_root(hashes: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word by word."""
    if len(hashes) == 1:
        return hashes[0]
    k = _split(len(hashes))
    return node_hash(_defined_root(hashes[:k]), _defined_root(hashes[k:]))


def _defined_path(index: int, hashes: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1, word by word."""
    if len(hashes) == 1:
        return []
    k = _split(len(hashes))
    if index < k:
        return [*_defined_path(index, hashes[:k]), _defined_root(hashes[k:])]
    return [*_defined_path(index - k, hashes[k:]), _defined_root(hashes[:k])]
