"""The documentation page: Swagger UI from our own address, so that it needs no other."""

from html import escape
from importlib.resources import files

from fastapi import APIRouter
from starlette.responses import HTMLResponse, RedirectResponse, Response

from runtime.web.problems import Refused

_ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css", "favicon-32x32.png": "image/png"}
_START = """\
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();
window.onload = () => {
  window.ui = SwaggerUIBundle({
    url: "/openapi.json", dom_id: "#page", deepLinking: true, filter: true, persistAuthorization: false,
    validatorUrl: null,
  });
};
"""
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png">
</head>
<body>
<main id="page"></main>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'"
)


def docs_page(title: str) -> APIRouter:
    """The routes of the page, under a title."""
    html = _PAGE.format(title=escape(title))
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    async def page() -> Response:
        return HTMLResponse(html, headers={"Content-Security-Policy": _POLICY})

    router.get("/")(_start)
    router.get("/docs/start.js")(_script)
    router.get("/docs/{name}")(_asset)
    return router


async def _start() -> Response:
    return RedirectResponse("/docs")


async def _script() -> Response:
    return Response(_START, media_type="text/javascript")


async def _asset(name: str) -> Response:
    media_type = _ASSETS.get(name)
    if media_type is None:
        raise Refused("not_found")
    content = (files("fastapi_swagger") / "resources" / name).read_bytes()
    return Response(content, media_type=media_type, headers={"Cache-Control": "public, max-age=3600"})
