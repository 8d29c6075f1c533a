"""The token endpoint, where a program exchanges an API token for a short-lived one (RFC 6749), and how it is found."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from contracts.scopes import SCOPES
from portal.adapters.issuer import LIFE_SECONDS
from portal.application.api_tokens import TokenRefused
from portal.application.patience import TooManyTries
from portal.domain.patience import WINDOW_SECONDS
from portal.entrypoints.web.dependencies import TheServices
from portal.entrypoints.web.pages import address_of
from portal.entrypoints.web.routes.token_keys import KEPT_SECONDS
from portal.entrypoints.web.token_requests import CLIENT_CREDENTIALS, NoTokenRequest, read
from runtime.trouble import Trouble
from runtime.web.problems import Refused

TOKEN = "/oauth/token"  # noqa: S105 - an address
AWAY_SECONDS = 5
REALM = 'Basic realm="API tokens", charset="UTF-8"'

router = APIRouter()


@router.post(TOKEN)
async def exchange(request: Request, services: TheServices) -> Response:
    """A token for the APIs; the secret of the API token stands in for the token of a form."""
    try:
        if request.state.body_refused is not None:
            raise request.state.body_refused
        head = request.headers
        asked = read(head.getlist("authorization"), head.get("content-type", ""), await request.body())
        token, scopes = await services.api_tokens.exchange(
            asked.client_id, asked.secret, asked.scopes, address=address_of(request)
        )
    except NoTokenRequest as no:
        return _refused(no.error, str(no))
    except TokenRefused as no:
        return _refused(no.error, _SENTENCES[no.error])
    except Refused:
        return _refused("invalid_request", "The body is not taken.", status=413)
    except TooManyTries:
        sentence = "Too many tries from here with this client id."
        return _refused("temporarily_unavailable", sentence, status=429, after=WINDOW_SECONDS)
    except Trouble:
        return _refused("temporarily_unavailable", "Try again in a moment.", status=503, after=AWAY_SECONDS)
    said = services.issuer.token_for_program(token.account, token.company, client_id=token.client_id, scopes=scopes)
    answer = {
        "access_token": said,
        "token_type": "Bearer",
        "expires_in": LIFE_SECONDS,
        "scope": " ".join(sorted(scopes)),
    }
    return JSONResponse(answer, headers=_NOT_KEPT)


@router.get("/.well-known/oauth-authorization-server")
async def metadata(services: TheServices) -> Response:
    """Where a program gets tokens, and how (RFC 8414). `issuer` is the address that all of this is found below."""
    here = services.address
    said = {
        "issuer": here,
        "token_endpoint": f"{here}{TOKEN}",
        "jwks_uri": f"{here}/.well-known/jwks.json",
        "grant_types_supported": [CLIENT_CREDENTIALS],
        "response_types_supported": list[str](),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "scopes_supported": sorted(SCOPES),
    }
    return JSONResponse(said, headers={"Cache-Control": f"public, max-age={KEPT_SECONDS}"})


_NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_SENTENCES = {
    "invalid_client": "There is no such API token with this secret, or it works no longer.",
    "invalid_scope": "The API token does not have these scopes.",
}


def _refused(error: str, description: str, *, status: int = 400, after: int | None = None) -> Response:
    """RFC 6749, section 5.2; it has no word for who tries too often, or comes while the database is away."""
    headers = dict(_NOT_KEPT)
    if error == "invalid_client":
        status, headers["WWW-Authenticate"] = 401, REALM
    if after is not None:
        headers["Retry-After"] = str(after)
    return JSONResponse({"error": error, "error_description": description}, status, headers)
