"""Settings of audio-api (LICENSING_* variables)."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from audio.application.requesting import MAX_BYTES_A_DAY, MAX_JOBS_A_DAY, MAX_SECONDS_A_DAY, MAX_WAITING
from audio.entrypoints.program_settings import ProgramSettings
from runtime.settings import Port
from runtime.tracing import WithTraces


class ApiSettings(WithTraces, ProgramSettings):
    """Tokens are checked by `token_keys_file`, a JWKS; there is no switch to turn that off.

    The bounds are of one company.
    """

    api_host: str = "127.0.0.1"
    api_port: Port
    token_keys_file: Path
    token_issuer: Annotated[str, Field(min_length=1)]
    token_audience: Annotated[str, Field(min_length=1)] = "licensing-ledger-api"  # noqa: S105 - a name, no secret
    max_waiting: Annotated[int, Field(ge=1)] = MAX_WAITING
    max_jobs_a_day: Annotated[int, Field(ge=1)] = MAX_JOBS_A_DAY
    max_seconds_a_day: Annotated[int, Field(ge=1)] = MAX_SECONDS_A_DAY
    max_bytes_a_day: Annotated[int, Field(ge=1)] = MAX_BYTES_A_DAY
