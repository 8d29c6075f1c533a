"""Logs: one JSON object a line on stderr, a constant event name plus fields."""

import logging
import sys

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

_STAMPS: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
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
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)


def _origin(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    event["origin"] = event["_record"].name
    return event
