"""Conditional requests (RFC 9110, section 13): ETags, If-None-Match and 304."""

import hashlib
import re
from typing import Annotated

from fastapi import Depends, Header
from pydantic import BaseModel
from starlette.responses import Response

_TAG = re.compile(r'(?:^|(?<=[\s,]))(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
"""A tag within the header; it may have a comma in it."""


async def _if_none_match(
    if_none_match: Annotated[
        str, Header(description="The ETag of an earlier answer; 304 if it is still the same.")
    ] = "",
) -> str:
    return if_none_match


IfNoneMatch = Annotated[str, Depends(_if_none_match)]
"""The ETags that the client has already."""


def etag_response(known: IfNoneMatch, view: BaseModel, *, leaves_out_unset: bool = False) -> Response:
    """The view as JSON, or 304 if the caller has it already; members that nobody set may be left out."""
    content = view.model_dump_json(exclude_unset=leaves_out_unset).encode()
    return not_modified_or(known, hashlib.sha256(content).hexdigest()[:32], content, "application/json")


def not_modified_or(
    known: IfNoneMatch, tag: str, content: bytes, media_type: str, more: dict[str, str] | None = None
) -> Response:
    """`content`, or 304 without it when If-None-Match names its tag."""
    head = {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache", **(more or {})}
    if matches_etag(known, tag):
        return Response(status_code=304, headers=head)
    return Response(content, media_type=media_type, headers=head)


def matches_etag(known: IfNoneMatch, tag: str) -> bool:
    return bool(named_tags(known) & {tag, "*"})


def named_tags(known: str) -> frozenset[str]:
    """The tags that If-None-Match names, strong or weak. `*` stands for all; `"*"` would be a tag, and none of ours."""
    return frozenset({"*"}) if known.strip() == "*" else frozenset(_TAG.findall(known)) - {"*"}
