"""Whatever bytes a return document has: it is what some box signed, or it is refused by its code; nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.documents.return_document import ReturnStatement, verify_return
from contracts.documents.xml import DocumentRefused
from contracts.refusals import REFUSALS
from tests.support.documents import BOX, NOW, TRUSTED, other_writings

SIGNED = [
    BOX.return_document(firmware=firmware, created=created)
    for firmware, created in [
        ("11.00", "2026-11-24T12:00:00Z"),
        ("13r3 sr21", "2026-11-24T13:00:00.5+01:00"),
        ("14r1 beta2", "2026-02-30T12:00:00Z"),
        ("1300", "yesterday"),
        ("13.00-hotfix", ""),
    ]
]
"""As firmware writes them: all are taken, since nobody can correct them."""
PLAIN = SIGNED[0]
CORPUS = [
    *SIGNED,
    *other_writings(PLAIN),
    b"\xef\xbb\xbf" + PLAIN,
    PLAIN.decode().encode("utf-16"),
    PLAIN.decode().encode("utf-32"),
    PLAIN + PLAIN,
    b'<!DOCTYPE a [<!ENTITY b "c">]>' + PLAIN,
    b'<!DOCTYPE a SYSTEM "file:///etc/passwd">' + PLAIN,
    b"<!--" + PLAIN + b"-->",
    PLAIN[: len(PLAIN) // 2],
    PLAIN + b"\0",
    b"<a>" * 5_000,
    b"",
    b"{}",
    b"PK\x03\x04",
]
PIECES = [b"<", b">", b"&", b'"', b"\0", b"\xff", b"]]>", b"<!--", b"<?x?>", b"&#xD800;", b'xmlns="a"', b"<Signature/>"]
_STATED = [verify_return(one, trusted=TRUSTED, now=NOW).statement for one in SIGNED]


def check(raw: bytes) -> None:
    """It states what the box has signed, or its refusal is one of the table."""
    found = _judged(raw)
    assert found in REFUSALS if isinstance(found, str) else found in _STATED


def _judged(raw: bytes) -> ReturnStatement | str:
    try:
        return verify_return(raw, trusted=TRUSTED, now=NOW).statement
    except DocumentRefused as refused:
        return refused.code


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """A document of the corpus with some bytes replaced, left out, or taken from another one."""
    raw, other = draw(st.sampled_from(CORPUS)), draw(st.sampled_from(CORPUS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(raw)))
        end = draw(st.integers(start, min(len(raw), start + 200)))
        piece = draw(st.sampled_from(PIECES) | st.binary(max_size=4) | st.just(other[start:end]))
        raw = raw[:start] + piece + raw[end:]
    return raw


@pytest.mark.parametrize("raw", CORPUS, ids=range(len(CORPUS)))
def test_a_document_of_the_corpus_is_taken_or_refused_by_its_code(raw: bytes) -> None:
    check(raw)


@given(documents())
def test_any_document_is_what_a_box_signed_or_is_refused_by_its_code(raw: bytes) -> None:
    check(raw)
