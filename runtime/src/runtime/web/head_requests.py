"""HEAD is answered as GET is, without the content (RFC 9110, section 9.3.2)."""

from typing import Annotated, cast

from fastapi import Depends, Request


async def _is_head(request: Request) -> bool:
    """A coroutine, for FastAPI runs plain functions in threads."""
    return cast("bool", request.state.is_head)


IsHead = Annotated[bool, Depends(_is_head)]
"""Whether only the head of the response leaves: for routes that record what they hand out."""
