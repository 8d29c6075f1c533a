"""The ledger's API: its routes, and the description that clients read."""

from functools import cache

from fastapi import FastAPI
from starlette.types import ASGIApp

from ledger.entrypoints.api.dependencies import Services
from ledger.entrypoints.api.http.accesses import RECORDING
from ledger.entrypoints.api.http.forms import FORMS
from ledger.entrypoints.api.http.problems import PROBLEMS
from ledger.entrypoints.api.models.problems import LedgerProblemBody
from ledger.entrypoints.api.openapi.examples import EXAMPLES
from ledger.entrypoints.api.openapi.route_refusals import ROUTE_REFUSALS
from ledger.entrypoints.api.routes import (
    accesses,
    activation_keys,
    balances,
    blocks,
    bulk,
    catalog,
    claims,
    companies,
    company_imports,
    corrections,
    delivered_devices,
    device_moves,
    device_search,
    devices,
    entries,
    expirations,
    exports,
    history,
    invitations,
    labels,
    legacy,
    legacy_keys,
    license_file_downloads,
    license_files,
    me,
    members,
    movements,
    projects,
    replacements,
    returns,
    search,
    set_aside,
    software_service,
    staff_texts,
    support_cases,
    test_licenses,
    warranty,
)
from runtime.tokens import Tokens
from runtime.web import application as web
from runtime.web.accesses import AccessRecorder
from runtime.web.gateway import Gateway, Streams
from runtime.web.request_metrics import RequestMetrics

VERSION = "1.0.0"
DESCRIPTION = """\
Licenses of projects and devices. Every change is one entry of an append-only ledger, and an answer to a change names
its `sequence`; a query with `?at_least=<sequence>` sees it. Balances with what is held beside them, devices, tests and
warranties are also told as of any entry, day or time (`?as_of=`). Every POST needs an `Idempotency-Key`: the same key
with the same body gives the same answer and changes nothing again. Every no is an RFC 9457 problem with a stable
`code`.
"""
TAGS = {
    "companies": "Companies that are known, and registering one.",
    "projects": "Projects of a company, their balances, and licenses between them and devices.",
    "movements": "What went into and out of a balance, line by line.",
    "people and rights": "Members of a company, and what an account may do in a project.",
    "joining a company": "Invitations of accounts, and companies that take others over.",
    "devices": "Devices in projects, and the licenses on them.",
    "moves of devices": "Devices to other projects and other companies, and out of them.",
    "labels": "Names, places and references of one's own, and notes on entries: beside the log, and erasable.",
    "claim codes": "Codes by which a device puts itself into a project.",
    "replacements": "Broken devices whose licenses staff moved to others.",
    "license files and returns": "The signed documents of a device, by hand instead of by the device itself.",
    "activation keys": "Keys that the vendor issues and partners redeem.",
    "history": "Every entry and every reason behind a number.",
    "old licenses": "Licenses of the old manager: brought in, consented to and converted.",
    "staff": "What only the vendor's staff does: blocks, downloads, corrections and releases.",
    "catalog": "License types, device models, and the devices that were delivered.",
    "warranty": "How long a device has a guarantee, and extending it.",
    "test licenses": "One test of licenses for each device.",
    "software service": "Software service of a project: its price, its end, and what waits for it.",
    "support cases": "Support and presales cases of a company, as the help desk tells of them.",
    "search": "One search over all that has a name, a number or a reference.",
    "what ends": "What ends soon, the soonest first.",
    "exports": "Movements and balances as files.",
    "commands in bulk": "Many commands in one request.",
}
"""The groups of operations, in the order of the page."""
_FAMILIES = (
    me,
    companies,
    projects,
    balances,
    movements,
    members,
    invitations,
    company_imports,
    device_search,
    devices,
    device_moves,
    labels,
    claims,
    replacements,
    license_files,
    returns,
    set_aside,
    staff_texts,
    activation_keys,
    legacy,
    legacy_keys,
    blocks,
    license_file_downloads,
    corrections,
    catalog,
    delivered_devices,
    warranty,
    test_licenses,
    software_service,
    entries,
    expirations,
    support_cases,
    search,
    history,
    accesses,
    exports,
    bulk,
)
API = web.Api(
    title="Licensing ledger",
    version=VERSION,
    description=DESCRIPTION,
    tags=TAGS,
    routers=[family.router for family in _FAMILIES],
    problems=PROBLEMS,
    route_refusals=ROUTE_REFUSALS,
    forms=FORMS,
    examples=EXAMPLES,
    problem_body=LedgerProblemBody,
)
STREAMS = Streams(bodies=(bulk.PATH,), responses=(exports.PREFIX, entries.STREAM))
METRICS = RequestMetrics("licensing_api")


def build(services: Services, tokens: Tokens) -> ASGIApp:
    """The whole API, behind its gateway."""
    return Gateway(
        application(),
        area="licenses",
        tokens=tokens,
        problems=PROBLEMS,
        metrics=METRICS,
        clock=services.clock,
        services=services,
        streams=STREAMS,
        signed=frozenset({support_cases.WEBHOOK}),
        recorder=AccessRecorder(services.accesses, RECORDING),
    )


@cache
def application() -> FastAPI:
    """The routes alone; there is one in a process."""
    app = web.application(API)
    app.include_router(support_cases.webhook)
    return app
