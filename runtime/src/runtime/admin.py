"""The admin port of a process: /livez, /readyz and /metrics, apart from its business port."""

from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Gauge, generate_latest

from runtime.certificates import Certificates
from runtime.settings import ProcessSettings, SettingsWrong
from runtime.sockets import listening_on

Readiness = Callable[[], tuple[bool, str]]
"""Says whether the process can do its work now, and if not, what it waits for."""
Measure = Callable[[], Awaitable[None]]
"""Measures, within a bounded time, what is only measured when somebody asks for the metrics."""
SHUTDOWN_SECONDS = 1.0
"""Nobody needs a probe answered by a process that ends."""
_READY = Gauge("licensing_ready", "1 while the process can do its work, as /readyz says")


async def _nothing() -> None:
    """What is measured where all is counted as it happens."""


class Admin:
    """Serves the three probes while it is entered; `port` is the real one, also when 0 was asked for.

    Raises SettingsWrong when it can't listen there.
    """

    def __init__(
        self,
        host: str,
        port: int,
        ready: Readiness,
        *,
        registry: CollectorRegistry = REGISTRY,
        certificates: Certificates | None = None,
        measure: Measure = _nothing,
    ) -> None:
        self.host = host
        self.port = port
        self._ready = ready
        self._registry = registry
        self._certificates = certificates or Certificates({})
        self._measure = measure
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)

    @classmethod
    def of(cls, settings: ProcessSettings, ready: Readiness, measure: Measure = _nothing) -> Self:
        """The port of a process with these settings."""
        certificates = Certificates(settings.certificates())
        return cls(settings.admin_host, settings.admin_port, ready, certificates=certificates, measure=measure)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        try:
            with listening_on(self.host, self.port, setting="LICENSING_ADMIN_PORT"):
                await web.TCPSite(self._runner, self.host, self.port).start()
        except SettingsWrong:
            await self._runner.cleanup()
            raise
        self.port = int(self._runner.addresses[0][1])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/livez", self._livez)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics)
        return app

    async def _livez(self, _: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def _readyz(self, _: web.Request) -> web.Response:
        ready, reason = self._ready()
        lines = (reason, *self._certificates.warnings())
        return web.Response(status=200 if ready else 503, text="".join(f"{line}\n" for line in lines))

    async def _metrics(self, _: web.Request) -> web.Response:
        await self._measure()
        _READY.set(self._ready()[0])
        tuple(self._certificates.warnings())  # sets the metric
        return web.Response(body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
