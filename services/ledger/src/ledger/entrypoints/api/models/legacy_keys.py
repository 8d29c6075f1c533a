"""Bodies and responses of legacy keys."""

from typing import Annotated

from pydantic import Field

from contracts.codes.activation_key import MAX_TYPED_CHARACTERS
from contracts.identifiers import CompanyId
from contracts.legacy import MAX_LISTED_KEYS, MAX_NAMES_OF_KEY
from contracts.texts import Reference
from ledger.entrypoints.api.models.base import Body, CommandResponse
from ledger.entrypoints.api.models.legacy import LegacyLicensesBody

LegacyKeyText = Annotated[
    str,
    Field(
        min_length=8,
        max_length=MAX_TYPED_CHARACTERS,
        pattern=r"^[A-Za-z0-9 -]+$",
        description="A key of the old manager; only its digest is kept.",
    ),
]


class ListedKeyBody(Body):
    legacy_key: LegacyKeyText
    licenses: Annotated[list[LegacyLicensesBody], Field(min_length=1, max_length=MAX_NAMES_OF_KEY)]
    company: CompanyId | None = Field(default=None, description="Who redeemed it in the old manager, if anybody did.")


class RegisterLegacyKeysBody(Body):
    keys: Annotated[list[ListedKeyBody], Field(min_length=1, max_length=MAX_LISTED_KEYS)]
    reference: Reference


class LegacyKeysRegisteredResponse(CommandResponse):
    keys: int = Field(description="How many were registered.")


class ImportLegacyKeyBody(Body):
    legacy_key: LegacyKeyText
