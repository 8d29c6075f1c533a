"""Forms of values: what a person reads where a value does not match its pattern."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from contracts.catalog import Family, ModelName
from contracts.corrections import Source, Target
from contracts.fields import DocumentBase64
from contracts.identifiers import LICENSE_TYPE_PATTERN, SHA256_PATTERN, UUID_PATTERN, RmaId
from contracts.legacy import LegacyName
from contracts.set_aside import LawName
from contracts.texts import ProjectName, Reason, Reference
from ledger.entrypoints.api.http.device_lookup import EXPAND_PATTERN
from ledger.entrypoints.api.models.base import NO_CONTROLS
from ledger.entrypoints.api.models.legacy_keys import LegacyKeyText
from runtime.web.bulk import KEY_PATTERN
from runtime.web.path_values import WRITTEN_SERIAL


def _pattern(kind: Any) -> str:
    return str(TypeAdapter[Any](kind).json_schema()["pattern"])


FORMS: Mapping[str, str] = {
    UUID_PATTERN: "a UUID in lower case, such as 3f1c8e0a-52d7-4b7e-9c55-0d2a6a1b7e42",
    SHA256_PATTERN: "64 hexadecimal digits in lower case",
    LICENSE_TYPE_PATTERN: "the name of a license type, such as Port11",
    NO_CONTROLS: "characters of a line, without line breaks",
    WRITTEN_SERIAL: "12 hexadecimal digits, such as 009033010203; case and separators do not matter",
    EXPAND_PATTERN: "test, guarantee and offer, one or more of them, with commas between and no blanks",
    KEY_PATTERN: "printable ASCII characters, such as a UUID",
    _pattern(DocumentBase64): "the bytes of a document in base64, without line breaks",
    _pattern(ProjectName): "1 to 80 characters without line breaks, and no blank at either end",
    _pattern(Reason): "1 to 200 characters without line breaks, and no blank at either end",
    _pattern(Reference): "1 to 64 characters without line breaks, such as PO-2026-1174",
    _pattern(RmaId): "4 to 32 capital letters, digits and hyphens, such as RMA-2026-000117",
    _pattern(Family): "2 to 31 letters, digits, asterisks and hyphens that begin with a capital, such as Port",
    _pattern(ModelName): "1 to 40 letters, digits, blanks and . _ + - that begin with a letter or digit, such as IP811",
    _pattern(LegacyName): "a license as the old manager writes it, such as Registrations or PBX7#250@100",
    _pattern(LegacyKeyText): "letters, digits, blanks and hyphens",
    _pattern(LawName): "the name of a law in lower-case letters and underscores, such as account_negative",
    _pattern(Source): "issuance, project/ with the project's id, or device/ with the device's serial",
    _pattern(Target): "retired, project/ with the project's id, or device/ with the device's serial",
}
"""What each pattern of the API's description asks for."""
