from collections.abc import Callable

import pytest

from contracts.documents.xml import (
    MAX_DEPTH,
    DocumentMalformed,
    DocumentTooBig,
    attributes,
    canonical,
    children,
    make_root,
    parse,
    text,
)

MAX = 10_000


def test_a_plain_document_is_taken() -> None:
    assert parse(b'<?xml version="1.0" encoding="UTF-8"?>\n<a x="1"><b>text</b></a>', max_bytes=MAX).tag == "a"


XXE = b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><a>&e;</a>'
BOMB = b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;">]><a>&y;&y;&y;</a>'


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"hello", id="no XML"),
        pytest.param(b"<a>", id="truncated"),
        pytest.param(b"<a></a><a></a>", id="two roots"),
        pytest.param(XXE, id="external entity"),
        pytest.param(BOMB, id="entity bomb"),
        pytest.param(b'<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>', id="external document type"),
        pytest.param(b"<a>&undefined;</a>", id="undefined entity"),
        pytest.param(b"\xef\xbb\xbf<a/>", id="byte order mark"),
        pytest.param("<a/>".encode("utf-16"), id="UTF-16 with mark"),
        pytest.param("<a/>".encode("utf-16-le"), id="UTF-16 without mark"),
        pytest.param("<a/>".encode("utf-32"), id="UTF-32"),
        pytest.param(b"<a>\xe4</a>", id="Latin-1 bytes"),
        pytest.param(b'<?xml version="1.0" encoding="ISO-8859-1"?><a/>', id="declared Latin-1"),
        pytest.param(b'<?xml version="1.0" encoding="UTF-7"?><a/>', id="declared UTF-7"),
        pytest.param(b'<?xml version="1.1"?><a/>', id="XML 1.1"),
        pytest.param(b"<a><!-- hidden --></a>", id="comment"),
        pytest.param(b"<a><![CDATA[x]]></a>", id="CDATA"),
        pytest.param(b"<?target data?><a/>", id="processing instruction before"),
        pytest.param(b"<a><?target data?></a>", id="processing instruction inside"),
        pytest.param(b"<a/><?target data?>", id="processing instruction after"),
        pytest.param(b'<a x="1" x="2"/>', id="repeated attribute"),
        pytest.param(b"<a>&#0;</a>", id="null character"),
        pytest.param(b"<a>\x00</a>", id="null byte"),
        pytest.param(b"<p:a/>", id="undeclared prefix"),
        pytest.param(b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1), id="too deep"),
        pytest.param(b"<a>" * 1400 + b"</a>" * 1400, id="very deep"),
    ],
)
def test_whatever_is_not_plain_xml_is_refused(raw: bytes) -> None:
    with pytest.raises(DocumentMalformed):
        parse(raw, max_bytes=MAX)


def test_ten_megabytes_are_refused_before_anything_is_parsed() -> None:
    with pytest.raises(DocumentTooBig, match="10485760 bytes; at most 10000"):
        parse(b"<" * 10 * 1024 * 1024, max_bytes=MAX)


def test_the_greatest_allowed_depth_is_taken() -> None:
    assert parse(b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH, max_bytes=MAX).tag == "a"


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(lambda root: attributes(root, ("x", "y")), id="missing attribute"),
        pytest.param(lambda root: attributes(root, ()), id="unknown attribute"),
        pytest.param(text, id="elements where text belongs"),
        pytest.param(lambda root: children(root[0]), id="text where elements belong"),
    ],
)
def test_readers_refuse_what_they_do_not_name(read: Callable[[object], object]) -> None:
    with pytest.raises(DocumentMalformed):
        read(parse(b'<a x="1"><b>text</b></a>', max_bytes=MAX))


def test_white_space_between_elements_is_no_text() -> None:
    assert [child.tag for child in children(parse(b"<a>\n  <b/>\n  <c/>\n</a>", max_bytes=MAX))] == ["b", "c"]


def test_a_new_root_has_its_namespace_as_the_default_one() -> None:
    assert canonical(make_root("{urn:x:1}a", {"b": "1"})) == b'<a xmlns="urn:x:1" b="1"></a>'
