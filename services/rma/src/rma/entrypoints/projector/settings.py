"""Settings of rma-projector (LICENSING_* variables)."""

from typing import Annotated

from pydantic import Field

from runtime.projection import settings


class ProjectorSettings(settings.ProjectorSettings):
    """`ledgers` is how many there are: their numbers are 0 to `ledgers` - 1."""

    ledgers: Annotated[int, Field(ge=1, le=100)] = 1
