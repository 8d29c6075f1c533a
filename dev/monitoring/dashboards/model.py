"""What a dashboard shows, and Grafana's JSON model of it.

Queries are declared for one installation. Where a Prometheus watches several regions, each is narrowed to the region
that is chosen at the top: a region is known by the namespace of its processes.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

SCHEMA_VERSION = 39
"""Of Grafana 10.4; later ones read it, too."""
COLUMNS, HEIGHT = 24, 8
WIDTHS = {"stat": 6, "bargauge": 12, "timeseries": 12}
TOO_SLOW_SECONDS = 1.0
ON_TIME_RANGE, BY_NAME = 2, 1
"""When Grafana asks for the values of a variable again, and how it sorts them."""
Kind = Literal["timeseries", "stat", "bargauge"]
Unit = Literal["reqps", "percentunit", "s", "bytes", "short", "none", "bool_yes_no", "dtdurations"]
REGION = "region"
OF_REGION = f'namespace=~"${{{REGION}}}(-signer|-data)?"'
"""The namespaces of the chosen region: its processes, its signer, and its backups."""
_SOURCE = {"type": "prometheus", "uid": "${source}"}
_REGIONS = 'label_values(licensing_ready{process!="signer"}, namespace)'
_SELECTED = re.compile(
    r"""(?P<text>"[^"]*"|`[^`]*`)|\b(?P<metric>(?:licensing_|licensing:slo_(?!objective\b)|process_|kube_)[\w:]+|up\b)(?P<more>\{)?"""
)
"""A text, or a metric with what begins its matchers. The objectives themselves are the same in all regions."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture; `queries` are PromQL and how a line of it is called, `says` what a look at it is good for.

    Its number is part of links to it, so it never changes and is never used again. A value is red below `low`, and from
    `high` on.
    """

    number: int
    title: str
    says: str
    unit: Unit
    queries: tuple[tuple[str, str], ...]
    kind: Kind = "timeseries"
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """`name` is part of its address and never changes."""

    name: str
    title: str
    says: str
    since: str
    panels: tuple[Panel, ...]


def quantile(share: float, buckets: str) -> str:
    """PromQL: seconds within which this share of what a histogram counts is done, by process."""
    return f"histogram_quantile({share:g}, sum by (le, process) (rate({buckets}[5m])))"


def narrowed(expression: str) -> str:
    """The query about the chosen region alone."""
    return _SELECTED.sub(_of_region, expression)


def _of_region(found: re.Match[str]) -> str:
    if found["text"]:
        return found["text"]
    return f"{found['metric']}{{{OF_REGION}{', ' if found['more'] else '}'}"


def model(dashboard: Dashboard) -> dict[str, Any]:
    """Grafana's JSON model."""
    region = {
        "name": REGION,
        "label": "Region",
        "type": "query",
        "datasource": _SOURCE,
        "definition": _REGIONS,
        "query": {"query": _REGIONS, "refId": REGION},
        "refresh": ON_TIME_RANGE,
        "sort": BY_NAME,
        "multi": False,
        "includeAll": False,
    }
    source = {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}
    return {
        "uid": dashboard.name,
        "title": dashboard.title,
        "description": dashboard.says,
        "tags": ["licensing"],
        "schemaVersion": SCHEMA_VERSION,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "1m",
        "time": {"from": dashboard.since, "to": "now"},
        "templating": {"list": [source, region]},
        "panels": [
            _panel(panel, place) for panel, place in zip(dashboard.panels, _places(dashboard.panels), strict=True)
        ],
    }


def _places(panels: Sequence[Panel]) -> Iterator[dict[str, int]]:
    """From left to right, in rows of one height."""
    x, y = 0, 0
    for panel in panels:
        width = WIDTHS[panel.kind]
        if x + width > COLUMNS:
            x, y = 0, y + HEIGHT
        yield {"h": HEIGHT, "w": width, "x": x, "y": y}
        x += width


def _panel(panel: Panel, place: dict[str, int]) -> dict[str, Any]:
    is_line = panel.kind == "timeseries"
    marked = {"custom": {"thresholdsStyle": {"mode": "line"}}} if is_line and panel.high is not None else {}
    return {
        "id": panel.number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.says,
        "gridPos": place,
        "datasource": _SOURCE,
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit,
                "min": 0,
                "thresholds": {"mode": "absolute", "steps": _steps(panel)},
                **marked,
            },
            "overrides": [],
        },
        "options": {} if is_line else {"reduceOptions": {"calcs": ["lastNotNull"]}},
        "targets": [
            {
                "refId": chr(ord("A") + place),
                "datasource": _SOURCE,
                "expr": narrowed(expression),
                "legendFormat": legend,
                "instant": not is_line,
            }
            for place, (expression, legend) in enumerate(panel.queries)
        ],
    }


def _steps(panel: Panel) -> list[dict[str, Any]]:
    """The first step is the colour of what lies below all others."""
    steps: list[dict[str, Any]] = [{"color": "green" if panel.low is None else "red", "value": None}]
    steps += [{"color": "green", "value": panel.low}] if panel.low is not None else []
    steps += [{"color": "red", "value": panel.high}] if panel.high is not None else []
    return steps
