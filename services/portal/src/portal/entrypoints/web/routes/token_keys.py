"""The public keys by which others verify tokens of the portal."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from portal.entrypoints.web.dependencies import TheServices

KEPT_SECONDS = 60
"""How old an answer may be: a new key is published for longer before it signs."""
router = APIRouter()


@router.get("/.well-known/jwks.json")
async def jwks(services: TheServices) -> Response:
    """A JWK Set (RFC 7517); `iss` in a key is the one issuer whose tokens it signs."""
    headers = {"Cache-Control": f"public, max-age={KEPT_SECONDS}"}
    return JSONResponse(services.issuer.jwks(), media_type="application/jwk-set+json", headers=headers)
