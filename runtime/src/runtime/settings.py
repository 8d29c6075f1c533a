"""Settings: read once from the environment, validated, printable without a secret."""

import difflib
import os
import re
import stat
import sys
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, SecretBytes, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "LICENSING_"
CHAIN, AUTHORITIES = "_certificate_file", "_ca_file"
"""How the settings end that name files of certificates."""
MAX_SECRET_BYTES = 64 * 1024
"""A key or a password file; whatever is bigger was named by mistake."""
EXIT_BAD_SETTINGS = 2
ROOT = 0

Port = Annotated[int, Field(ge=0, le=65535)]
"""A TCP port; 0 takes any free one and is for tests."""
LogLevel = Literal["debug", "info", "warning", "error"]


class SettingsWrong(ValueError):  # noqa: N818 - states the world
    """The environment holds a setting that nobody reads, or a secret that others can read."""


class ProcessSettings(BaseSettings):
    """The settings that every process has; a service adds its own fields in a subclass.

    A `LICENSING_*` variable that names no field is an error, so that a misspelt setting cannot be ignored.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", validate_default=True)

    admin_host: str = "127.0.0.1"
    admin_port: Port
    log_level: LogLevel = "info"

    def certificates(self) -> dict[str, Path]:
        """The files of certificates that are read, by setting."""
        named = {name: getattr(self, name) for name in type(self).model_fields if name.endswith((CHAIN, AUTHORITIES))}
        return {name: path for name, path in named.items() if path is not None}

    def describe(self) -> dict[str, str]:
        """Every setting as text, secrets masked: fit for a log line."""
        return {name: _masked(getattr(self, name)) for name in sorted(type(self).model_fields)}


class Settings(ProcessSettings):
    """The settings of a process that reads or writes Kafka."""

    kafka_bootstrap: Annotated[str, Field(min_length=3)]
    kafka_ca_file: Path | None = None
    kafka_username: str | None = None
    kafka_password_file: Path | None = None
    topic_prefix: Annotated[str, Field(pattern=r"^[a-z0-9.-]*$")] = "licensing."

    @model_validator(mode="after")
    def _name_and_password_go_together(self) -> "Settings":
        if (self.kafka_username is None) != (self.kafka_password_file is None):
            raise ValueError("KAFKA_USERNAME and KAFKA_PASSWORD_FILE are given both or not at all")
        return self


SettingsT = TypeVar("SettingsT", bound=ProcessSettings)


def load(cls: type[SettingsT], *, beside: type[ProcessSettings] = ProcessSettings) -> SettingsT:
    """Read the settings, or print one sentence an error on stderr and exit with 2.

    A command that runs in the environment of a process names the settings of that process: `beside`.
    """
    sentences = unknown_variables(cls, beside)
    try:
        settings = cls()  # pyright: ignore[reportCallIssue] - the environment fills them
    except ValidationError as error:
        sentences += [_sentence(detail) for detail in error.errors(include_input=False, include_url=False)]
    else:
        if not sentences:
            return settings
    for sentence in sentences:
        print(sentence, file=sys.stderr)  # noqa: T201 - logs are not configured yet
    sys.exit(EXIT_BAD_SETTINGS)


def unknown_variables(*read: type[ProcessSettings]) -> list[str]:
    """One sentence for each LICENSING_* variable that no field of the settings reads."""
    known = {PREFIX + name.upper() for cls in read for name in cls.model_fields}
    strangers = sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in known)
    return [_unknown(name, known) for name in strangers]


def read_secret(path: Path) -> bytes:
    """The bytes of a secret file, without a trailing newline.

    Raises SettingsWrong if others may read it, if it is empty, too big or not a file, and OSError if it cannot be
    opened. The check is made on the opened file, so it cannot be swapped in between. A file of root's may be read by
    its group, too: so Kubernetes hands a Secret to a process that is not root, and PostgreSQL allows the same.
    """
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise SettingsWrong(f"{path} is not a file")
        if status.st_mode & _for_others(status.st_uid):
            raise SettingsWrong(f"{path} can be read by others than its owner; chmod 600 it")
        secret = file.read(MAX_SECRET_BYTES + 1)
    if len(secret) > MAX_SECRET_BYTES:
        raise SettingsWrong(f"{path} is bigger than {MAX_SECRET_BYTES} bytes")
    secret = secret.rstrip(b"\r\n")
    if not secret:
        raise SettingsWrong(f"{path} is empty")
    return secret


def _for_others(owner: int) -> int:
    """The bits of a secret's mode that must not be set."""
    handed_over = owner == ROOT != os.geteuid()
    return (stat.S_IWGRP | stat.S_IXGRP if handed_over else stat.S_IRWXG) | stat.S_IRWXO


def _unknown(name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name.upper(), known, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"{name} is not a setting of this process{hint}"


def _sentence(detail: ErrorDetails) -> str:
    name = "".join(PREFIX + str(part).upper() + " " for part in detail["loc"][:1])
    if detail["type"] == "missing":
        return f"{name}is missing"
    return f"{name}is wrong: {detail['msg']}"


def _masked(value: object) -> str:
    if isinstance(value, SecretStr | SecretBytes):
        return "***"
    return re.sub(r"(?<=://)([^/@:]*):[^/@]*@", r"\1:***@", str(value))
