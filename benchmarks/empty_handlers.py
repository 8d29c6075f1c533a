"""The frameworks with nothing in them: `python -m benchmarks.empty_handlers fastapi PORT` or `aiohttp PORT STATE`."""

import asyncio
import sys
from pathlib import Path

import uvicorn
import uvloop
from aiohttp import web
from fastapi import FastAPI

from dev.stack.keys import Keys
from dev.stack.ports import HOST
from device_sync.entrypoints.tls import server_context
from ledger.entrypoints.api.models.devices import AllocateLicensesBody


def fastapi(port: int) -> None:
    """FastAPI that validates the same body and answers at once."""
    app = FastAPI()

    @app.post("/v1/projects/{project}/allocations", status_code=201)
    async def allocate(project: str, body: AllocateLicensesBody) -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        return {"project": project, "serial": body.serial}

    uvicorn.run(app, host=HOST, port=port, http="httptools", loop="uvloop", access_log=False, log_level="warning")


async def aiohttp(port: int, state: Path) -> None:
    """Aiohttp behind the same mutual TLS, that answers with as many bytes as a license file has."""
    keys = Keys(state)
    document = b"x" * 6_000

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=document, content_type="application/xml")

    app = web.Application()
    app.router.add_get("/v1/devices/{serial}/license-file", answer)
    serving = web.AppRunner(app, access_log=None)
    await serving.setup()
    context = server_context(
        certificate=keys.pki.server_certificate,
        key=keys.pki.server_key,
        device_ca=keys.pki.device_ca,
        generation_ca=keys.generation_ca,
    )
    await web.TCPSite(serving, HOST, port, ssl_context=context).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    if sys.argv[1] == "fastapi":
        fastapi(int(sys.argv[2]))
    else:
        uvloop.run(aiohttp(int(sys.argv[2]), Path(sys.argv[3])))
