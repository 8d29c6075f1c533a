"""Reading XML that anybody may have sent: only the plain subset that our documents need, all else is refused.

No document type, entity, comment, CDATA section or processing instruction; UTF-8 without a byte order mark; bounded in
bytes and depth. Readers name the elements and attributes they know, and whatever is not named is refused.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

Element = etree._Element  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - the only name that lxml has for it

MAX_DEPTH = 8
"""Root, signature, signed info, reference, transforms, transform are six."""
_MARKUP = re.compile(rb"<[!?]")
_DECLARATION = re.compile(
    rb"""<\?xml version=(?:"1\.0"|'1\.0')(?: encoding=(?:"[Uu][Tt][Ff]-8"|'[Uu][Tt][Ff]-8'))?"""
    rb"""(?: standalone=(?:"yes"|'yes'))?\s?\?>"""
)
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe")


class DocumentRefused(ValueError):  # noqa: N818 - states the world, as all refusals do
    """A document is not taken; `code` is a row of contracts.refusals, the message a sentence that says why."""

    code = "document_malformed"


class DocumentMalformed(DocumentRefused):
    """It is not XML, or not the XML that this format has."""


class DocumentTooBig(DocumentRefused):
    """It has more bytes than its format allows."""

    code = "document_too_big"


def parse(raw: bytes, *, max_bytes: int) -> Element:
    """The root element of a harmless document; raises DocumentMalformed or DocumentTooBig."""
    if len(raw) > max_bytes:
        raise DocumentTooBig(f"The document has {len(raw)} bytes; at most {max_bytes} are taken.")
    body = _plain_body(raw)
    try:
        root = etree.fromstring(body, _hardened_parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DocumentMalformed(f"The document is not well-formed XML: {error}.") from None
    _check_depth(root)
    return root


def make_root(tag: str, said: Mapping[str, str]) -> Element:
    """The root of a new document, whose namespace is the default one; `tag` is in Clark notation."""
    default: Any = {None: tag[1:].partition("}")[0]}  # lxml-stubs know no default namespace
    return etree.Element(tag, dict(said), nsmap=default)


def canonical(element: Element) -> bytes:
    """Exclusive C14N 1.0 without comments of an element and what is in it."""
    return etree.tostring(element, method="c14n", exclusive=True)


def attributes(element: Element, required: Iterable[str], optional: Iterable[str] = ()) -> Mapping[str, str]:
    """The attributes, which are all the required ones and no other than the optional ones."""
    found = {str(name): str(value) for name, value in element.attrib.items()}
    wanted = set(required)
    for name in sorted(wanted - found.keys()):
        raise DocumentMalformed(f"The attribute {name} of {_short(element)} is missing.")
    for name in sorted(found.keys() - wanted - set(optional)):
        raise DocumentMalformed(f"The attribute {name} of {_short(element)} is unknown.")
    return found


def children(element: Element) -> list[Element]:
    """The child elements of an element that holds no text of its own but white space."""
    for words in (element.text, *(child.tail for child in element)):
        if words is not None and words.strip():
            raise DocumentMalformed(f"There is text in {_short(element)}, where only elements belong.")
    return list(element)


def text(element: Element) -> str:
    """The text of an element that holds nothing else."""
    if len(element):
        raise DocumentMalformed(f"There are elements in {_short(element)}, where only text belongs.")
    return element.text or ""


def require_empty(element: Element) -> None:
    """Refuses an element that holds anything but white space."""
    if children(element):
        raise DocumentMalformed(f"There are elements in {_short(element)}, where none belong.")


def require_tag(element: Element, tag: str) -> Element:
    """The element itself, if it is called `tag` in Clark notation."""
    if element.tag != tag:
        raise DocumentMalformed(f"The element {_short(element)} stands where {_name(tag)} belongs.")
    return element


def _plain_body(raw: bytes) -> bytes:
    """The document without its XML declaration, if nothing but elements, text and references is in it."""
    if raw.startswith(_BYTE_ORDER_MARKS) or b"\x00" in raw:
        raise DocumentMalformed("The document is not UTF-8 without a byte order mark.")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        raise DocumentMalformed("The document is not UTF-8.") from None
    declaration = _DECLARATION.match(raw)
    body = raw[declaration.end() :] if declaration else raw
    if _MARKUP.search(body):
        raise DocumentMalformed(
            "The document has a document type, comment, CDATA section, processing instruction or unusual declaration."
        )
    return body


def _hardened_parser() -> etree.XMLParser:
    """A new parser each time: lxml's parsers are not to be shared between threads."""
    return etree.XMLParser(
        encoding="utf-8",
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        resolve_entities=False,
        huge_tree=False,
        recover=False,
    )


def _check_depth(root: Element) -> None:
    level: list[Element] = [root]
    for _ in range(MAX_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return
    raise DocumentMalformed(f"The document is nested deeper than {MAX_DEPTH} elements.")


def _short(element: Element) -> str:
    return _name(str(element.tag))


def _name(tag: str) -> str:
    return "<" + tag.rpartition("}")[2] + ">"
