"""The HTTP server of a process: uvicorn on a socket of ours, with our bounds and without its signal handlers."""

import asyncio
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import cast

import uvicorn
from starlette.types import ASGIApp

from runtime.settings import SettingsWrong
from runtime.sockets import listening_on
from runtime.web.http_protocol import BoundedHttp, bounded_http
from runtime.web.problems import Problems
from runtime.web.tls import TlsServer

CONNECTED_CLIENTS = 5000
"""Beyond that a connection gets 503 and is closed; the gateway bounds requests long before."""
IDLE_SECONDS = 30
STOP_SECONDS = 10


class WebServer(uvicorn.Server):
    """uvicorn for one application; the process has signal handlers of its own.

    Where a request comes through one of `trusted_proxies` (networks, comma-separated), its client is whom that names
    in X-Forwarded-For; nobody else is believed.
    """

    def __init__(
        self, app: ASGIApp, problems: Problems, *, tls: TlsServer | None = None, trusted_proxies: str = ""
    ) -> None:
        http = bounded_http(problems)
        super().__init__(
            uvicorn.Config(
                app,
                http=cast("type[asyncio.Protocol]", _over(tls, http)) if tls else http,
                ws="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                proxy_headers=bool(trusted_proxies),
                forwarded_allow_ips=trusted_proxies,
                limit_concurrency=CONNECTED_CLIENTS,
                timeout_keep_alive=IDLE_SECONDS,
                timeout_graceful_shutdown=STOP_SECONDS,
            )
        )

    @property
    def is_listening(self) -> bool:
        return self.started and not self.should_exit

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def serve_until(self, stop: asyncio.Event, listener: socket.socket) -> None:
        """Serve until `stop`; then accept nothing new and finish what is in flight."""
        serving = asyncio.create_task(self.serve([listener]))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        self.should_exit = True
        stopping.cancel()
        await serving


def _over(tls: TlsServer, http: type[BoundedHttp]) -> Callable[..., asyncio.BaseProtocol]:
    """What uvicorn makes for each connection."""
    return lambda **parts: tls.around(http(**parts))


def bound_to(host: str, port: int, *, setting: str) -> socket.socket:
    """A socket of this address, which `setting` names; uvicorn would bind one later, and end the process by itself."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        with listening_on(host, port, setting=setting):
            listener.bind((host, port))
    except SettingsWrong:
        listener.close()
        raise
    return listener
