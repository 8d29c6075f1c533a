"""The one base of every model on the wire: frozen, strict and closed."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class WireModel(BaseModel):
    """A value that travels: immutable, no coercion, no unknown field."""

    # Most processes read and write few of the models, so each is built when it is first used.
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", ser_json_bytes="base64", defer_build=True)

    def json_bytes(self) -> bytes:
        """Its JSON in UTF-8, absent optional fields left out."""
        return self.__pydantic_serializer__.to_json(self, exclude_none=True)

    @classmethod
    def from_json_bytes(cls, raw: bytes) -> Self:
        """Read it back; raises pydantic.ValidationError with the place and the reason."""
        validated: Any = cls.__pydantic_validator__.validate_json(raw)
        return validated  # type: ignore[no-any-return]  # pydantic-core is untyped here
