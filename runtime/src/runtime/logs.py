"""Logs: one JSON object a line on stderr, a constant event name plus fields."""

import logging
import math
import re
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from runtime import tracing

REPEAT_SECONDS = 10.0
"""A client without a broker says the same many times a second; once in this time says it as well."""
MAX_KINDS = 1000
"""Kinds of messages remembered; aiokafka has some dozens."""
_NUMBER = re.compile(r"\d+")
_TRACE_ID = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_NAMED = {
    "trace_id": re.compile(rb'"traceparent":"' + _TRACE_ID.pattern.encode() + rb'"'),
    "correlation_id": re.compile(rb'"correlation_?id":"([A-Za-z0-9._:-]{1,80})"'),
}
"""What a line says of a command or an entry, and where that stands in the record."""
_about: ContextVar[tuple[str, str | None] | None] = ContextVar("about", default=None)
"""A correlation id and a traceparent. Most requests say no line, so ids are made of them only for those that do."""


def add_ids(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Name what the line is about, unless it does so itself."""
    return {**ids(), **event}


def ids_in(record: bytes | None) -> Mapping[str, str]:
    """The ids that a line about a command or an entry says, from the bytes of its record, of whatever version."""
    found = {name: pattern.search(record or b"") for name, pattern in _NAMED.items()}
    return {name: one[1].decode() for name, one in found.items() if one is not None}


@contextmanager
def about(*, correlation_id: str, traceparent: str | None) -> Generator[None]:
    """Lines within the block are about this command or entry, whether or not traces are on."""
    token = _about.set((correlation_id, traceparent))
    try:
        yield
    finally:
        _about.reset(token)


def ids() -> Mapping[str, str]:
    """What a line names that is said here: of what it is about, and of the span in which it is said."""
    found: dict[str, str] = {}
    if (known := _about.get()) is not None:
        found["correlation_id"], trace_id = known[0], _TRACE_ID.fullmatch(known[1] or "")
        found |= {"trace_id": trace_id[1]} if trace_id else {}
    span = tracing.current()
    return found if span is None else {**found, **span.ids}


_STAMPS: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    add_ids,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    # Without the values of local variables: they may be keys, tokens or documents.
    structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
)


def configure(service: str, level: str = "info") -> None:
    """Send our own and the libraries' log lines to stderr as JSON; call it once, first thing."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*_STAMPS, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(service=service)
    _route_libraries(max(number, logging.INFO))


def get_logger(name: str) -> FilteringBoundLogger:
    """A logger whose lines carry `origin=name`."""
    logger: FilteringBoundLogger = structlog.get_logger(origin=name)
    return logger


class Sparing(logging.Filter):
    """Lets one line of a kind, of one origin and level, through in REPEAT_SECONDS.

    It has the attribute `suppressed`: how many of its kind were held back before it. Numbers do not make a kind.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._seen: dict[tuple[str, int, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not super().filter(record):
            return True
        kind = (record.name, record.levelno, _NUMBER.sub("#", str(record.msg)))
        now = time.monotonic()
        said, held_back = self._seen.get(kind, (-math.inf, 0))
        if now - said < REPEAT_SECONDS:
            self._seen[kind] = (said, held_back + 1)
            return False
        if len(self._seen) >= MAX_KINDS:
            self._seen.clear()
        self._seen[kind] = (now, 0)
        record.suppressed = held_back
        return True


def _route_libraries(level: int) -> None:
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_STAMPS, _origin],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    for chatty in ("aiokafka", "opentelemetry"):
        handler.addFilter(Sparing(chatty))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)


def _origin(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    record: logging.LogRecord = event["_record"]
    event["origin"] = record.name
    if suppressed := getattr(record, "suppressed", 0):
        event["suppressed"] = suppressed
    return event
