"""Requests for users and access rights, which aiokafka's administration client does not make itself."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest_v1, DeleteAclsRequest_v1
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    CompactArray,
    CompactBytes,
    CompactString,
    Int8,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

from contracts.access import Grant
from runtime.kafka.broker_state import ALLOW, LITERAL, OPERATIONS, RESOURCES, AclRow, acl_rows

KINDS = {name: number for number, name in RESOURCES.items()}
ACTIONS = {name: number for number, name in OPERATIONS.items()}
SCRAM_SHA_512 = 2
ITERATIONS = 4096
"""The fewest that Kafka takes: the passwords have 256 random bits, so there is nothing to guess slowly."""


async def send(admin: AIOKafkaAdminClient, request: Any) -> Any:
    """Its own calls do the same, and there is none for these requests."""
    return await admin._send_to_controller(request)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


def row(grant: Grant) -> AclRow:
    """A right as it stands on the broker."""
    user, operation = f"User:{grant.role}", ACTIONS[grant.operation]
    return (KINDS[grant.resource], grant.name, LITERAL, user, "*", operation, ALLOW)


async def rows_held(admin: AIOKafkaAdminClient, prefix: str) -> set[AclRow]:
    """All rights on resources with this prefix, whoever gave them."""
    return {one for one in await acl_rows(admin) if one[1].startswith(prefix)}


class CreateRows(Request[CreateAclsRequest_v1]):  # type: ignore[misc]  # aiokafka is untyped
    """All of them in one request."""

    API_KEY = CreateAclsRequest_v1.API_KEY

    def __init__(self, rows: Iterable[AclRow]) -> None:
        self._rows = list(rows)

    def build(self, request_struct_class: type[CreateAclsRequest_v1]) -> CreateAclsRequest_v1:
        return request_struct_class(self._rows)


class DeleteRows(Request[DeleteAclsRequest_v1]):  # type: ignore[misc]  # aiokafka is untyped
    """All of them in one request."""

    API_KEY = DeleteAclsRequest_v1.API_KEY

    def __init__(self, rows: Iterable[AclRow]) -> None:
        self._rows = list(rows)

    def build(self, request_struct_class: type[DeleteAclsRequest_v1]) -> DeleteAclsRequest_v1:
        return request_struct_class(self._rows)


class _AlterScramResponse(Response):  # type: ignore[misc]  # aiokafka is untyped
    API_KEY = 51  # pyright: ignore[reportIncompatibleMethodOverride, reportAssignmentType]  # as aiokafka does itself
    API_VERSION = 0  # pyright: ignore[reportIncompatibleMethodOverride, reportAssignmentType]
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "results",
            CompactArray(
                ("user", CompactString("utf-8")),
                ("error_code", Int16),
                ("error_message", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _AlterScram(RequestStruct):  # type: ignore[misc]  # aiokafka is untyped
    FLEXIBLE_VERSION = True
    API_KEY = 51
    API_VERSION = 0
    RESPONSE_TYPE = _AlterScramResponse
    SCHEMA = Schema(
        ("deletions", CompactArray(("name", CompactString("utf-8")), ("mechanism", Int8), ("tags", TaggedFields))),
        (
            "upsertions",
            CompactArray(
                ("name", CompactString("utf-8")),
                ("mechanism", Int8),
                ("iterations", Int32),
                ("salt", CompactBytes),
                ("salted_password", CompactBytes),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class PutUsers(Request[_AlterScram]):  # type: ignore[misc]  # aiokafka is untyped
    """Users with these passwords, new or not."""

    API_KEY = 51

    def __init__(self, passwords: Mapping[str, str]) -> None:
        self._rows = [_upsertion(user, password) for user, password in passwords.items()]

    def build(self, request_struct_class: type[_AlterScram]) -> _AlterScram:
        return request_struct_class([], self._rows, {})


def _upsertion(user: str, password: str) -> Sequence[Any]:
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return (user, SCRAM_SHA_512, ITERATIONS, salt, salted, {})
