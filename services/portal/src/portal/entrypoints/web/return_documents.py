"""Documents of a return as pages read them: which box wrote one, and what a receipt says. The ledger verifies them."""

import base64
import binascii
from collections.abc import Sequence

from contracts.documents.return_receipt import MAX_BYTES
from contracts.documents.xml import DocumentRefused, children, parse
from contracts.fields import MAX_RETURN_DOCUMENT_BYTES
from portal.entrypoints.web.bulk.csv_files import FileWrong, written
from portal.entrypoints.web.forms import Upload
from portal.entrypoints.web.serials import only_serial
from portal.entrypoints.web.words import Words

COLUMNS = ("serial", "document")


def in_base64(text: str) -> bytes:
    """What a text in base64 says; nothing where it is none, and the ledger says so."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def serial_of(document: bytes) -> str:
    """The box that a return document names; empty where it is none."""
    try:
        root = parse(document, max_bytes=MAX_RETURN_DOCUMENT_BYTES)
    except DocumentRefused:
        return ""
    return only_serial(root.get("serial", "")) or "" if str(root.tag).endswith("}license-return") else ""


def table_of(uploads: Sequence[Upload], _: Words) -> str:
    """Return documents as the table that a bulk job reads; raises FileWrong for a file that is none."""
    lines = list[dict[str, str]]()
    for one in uploads:
        serial = serial_of(one.content)
        if not serial:
            raise FileWrong(_("«{name}» is no return document.", name=one.name))
        lines.append({"serial": serial, "document": base64.b64encode(one.content).decode()})
    return written(COLUMNS, lines, ",")


def too_big(upload: Upload, _: Words) -> str | None:
    """Why a file is no return document, before it goes along in the forms that follow."""
    if len(upload.content) <= MAX_RETURN_DOCUMENT_BYTES:
        return None
    return _("This is no return document of a box: one has at most {size} kB.", size=MAX_RETURN_DOCUMENT_BYTES // 1024)


def read(receipt: bytes) -> tuple[int, dict[str, int], dict[str, int]]:
    """The entry, what was credited and what remains, of a receipt as the ledger has just made it."""
    root = parse(receipt, max_bytes=MAX_BYTES)
    credited, remaining = (
        {line.get("type", ""): int(line.get("count", "0")) for line in children(part)} for part in children(root)[:2]
    )
    return int(root.get("sequence", "0")), credited, remaining
