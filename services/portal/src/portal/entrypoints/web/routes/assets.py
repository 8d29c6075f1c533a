"""Style and scripts."""

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from portal.entrypoints.web.dependencies import TheServices

FOR_EVER = "public, max-age=31536000, immutable"
router = APIRouter()


@router.get("/static/{digest}/{name}")
async def static_file(digest: str, name: str, services: TheServices) -> Response:
    """A file under the digest of its content, which browsers keep."""
    found = services.files.find(digest, name)
    if found is None:
        raise HTTPException(404)
    return Response(found.content, media_type=found.media_type, headers={"Cache-Control": FOR_EVER})
