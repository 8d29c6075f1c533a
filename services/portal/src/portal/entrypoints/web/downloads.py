"""Files that a browser saves: it shows none of them in our name."""

from urllib.parse import quote

from starlette.responses import Response

OCTETS = "application/octet-stream"


def saved_as(name: str, content: bytes, media_type: str = OCTETS) -> Response:
    """A response that is saved under a name of any characters."""
    return Response(content, media_type=media_type, headers=saving(name))


def saving(name: str) -> dict[str, str]:
    """The header by which a response is saved under a name (RFC 6266)."""
    plain = "".join(one if one.isascii() and (one.isalnum() or one in "._- ") else "_" for one in name)
    return {"Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"}
