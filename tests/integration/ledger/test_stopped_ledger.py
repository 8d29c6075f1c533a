"""A well-linked entry that nobody can apply, on a real broker: one ledger stops, the other does not notice."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest

from contracts.documents.license_keys import LicenseKeys, read_license_keys
from contracts.documents.published import PublishedLicenseFile, decode_license_file
from contracts.events import Event
from contracts.events.activation_keys import ActivationKeyIssued
from contracts.events.devices import LicensesAllocated
from contracts.licenses import DeviceLicenses, Lot
from contracts.log.entries import decode_entry, entry_hash
from contracts.topics import LICENSE_FILES
from ledger.entrypoints import writer
from ledger.entrypoints.projector import main as projector
from ledger.entrypoints.writer import WriterSettings
from runtime.kafka import partition_for
from tests.support.kafka_topics import KafkaTopics, MakeTopics
from tests.support.ledger import sending, story
from tests.support.ledger.api_at_work import Api, accepted, an_api, asked, found_ledgers
from tests.support.ledger.forging import append, forge, next_entry
from tests.support.ledger.load import all_records
from tests.support.ledger.projector_at_work import settings_for, until, until_sequence
from tests.support.ledger.story_corrections import SECOND
from tests.support.plain_http import plain_client
from tests.support.reading import records_of
from tests.support.signer.process import SignerProcess, free_port
from tests.support.signer.process import until as until_signer

SERIAL = "009033010203"
QUICK_SECONDS = 5.0
"""Half of what a sender waits for an outcome: an answer came, and not a time-out."""


class Ledgers:
    """A writer and a projector of two founded ledgers, and the API of the first."""

    def __init__(self, topics: KafkaTopics, url: str, folder: Path) -> None:
        self.topics, self.url = topics, url
        self.ports = {"writer": free_port(), "projector": free_port()}
        self._folder = folder

    async def serve(self, stop: asyncio.Event) -> None:
        said = self.topics.settings("ledger-writer") | {"ledgers": 2}
        rows = settings_for(self.topics, self.url, self._folder, ledgers=2)
        await asyncio.gather(
            writer.serve(
                WriterSettings.model_validate(
                    said | {"admin_port": self.ports["writer"]} | sending.writer_settings(self._folder)
                ),
                stop,
            ),
            projector.serve(rows.model_copy(update={"admin_port": self.ports["projector"]}), stop),
        )

    async def said_by(self, name: str, path: str = "readyz") -> str:
        async with plain_client() as client:
            return (await client.get(f"http://127.0.0.1:{self.ports[name]}/{path}")).text


@pytest.fixture
async def ledgers(make_topics: MakeTopics, fresh_database_url: str, tmp_path: Path) -> AsyncIterator[Ledgers]:
    stop = asyncio.Event()
    made = Ledgers(await make_topics(ledgers=2), fresh_database_url, tmp_path)
    working = asyncio.create_task(made.serve(stop))
    await found_ledgers(made.topics, 2)
    yield made
    stop.set()
    await working


@pytest.fixture
async def api(ledgers: Ledgers, tmp_path: Path) -> AsyncIterator[Api]:
    async with an_api(ledgers.topics, ledgers.url, tmp_path) as api:
        yield api


@pytest.fixture
async def other(ledgers: Ledgers, tmp_path: Path) -> AsyncIterator[Api]:
    """The API of the second ledger."""
    folder = tmp_path / "other"
    folder.mkdir()
    async with an_api(ledgers.topics, ledgers.url, folder, 1) as api:
        yield api


@pytest.fixture
def signer(ledgers: Ledgers, tmp_path: Path) -> Iterator[SignerProcess]:
    process = SignerProcess(tmp_path, ledgers.topics, ledgers=2)
    process.start()
    yield process
    process.end()


async def goes_on(ledgers: Ledgers, other: Api) -> None:
    """The second ledger decides, and its rows follow."""
    await until_sequence(ledgers.url, accepted(await other.post("projects", {"project_name": "Elsewhere"})), ledger=1)


def voicemail_that_nobody_has(project: str) -> Event:
    lots = (Lot(license_type="Voicemail11", license_class="pbx", count=5_000),)
    device = DeviceLicenses(serial=SERIAL, project=project, generation=1, issue=2, licenses=lots)
    return LicensesAllocated(company=story.ADRIA, lots=lots, device=device)


async def test_one_bad_entry_stops_one_ledger_in_writer_and_projector_and_no_other(
    ledgers: Ledgers, api: Api, other: Api
) -> None:
    project = await api.stocked_project(SERIAL, ports=10)
    forged = await forge(ledgers.topics, voicemail_that_nobody_has(project))

    reason = f"project/{project} would hold -5000 Voicemail11; its hash is {entry_hash(forged)}"
    stopped = f"ledger 0 stopped: entry {_sequence(forged)} breaks account_negative: {reason}"
    for name in ("writer", "projector"):
        await until(partial(_says, ledgers, name, stopped))
        metric = f'licensing_{name}_stopped{{law="account_negative",ledger="0"}} 1.0'
        assert metric in await ledgers.said_by(name, "metrics")

    began = time.monotonic()
    refused = await api.allocate(project, SERIAL, 1)
    assert time.monotonic() - began < QUICK_SECONDS
    assert (refused.status_code, refused.json()["code"]) == (503, "log_stopped")
    assert refused.headers["Retry-After"] == "30"

    await goes_on(ledgers, other)
    assert len(await all_records(ledgers.topics)) == _sequence(forged), "nothing was written behind the bad entry"


async def test_two_persons_set_the_entry_aside_and_every_reader_goes_on_without_it(
    ledgers: Ledgers, api: Api, other: Api, signer: SignerProcess
) -> None:
    project = await api.stocked_project(SERIAL, ports=10)
    second = api.token(SECOND, story.VENDOR)
    body = {"account": SECOND, "administrator": True}
    accepted(await api.post(f"companies/{story.VENDOR}/members", body, api.staff))
    forged = await forge(ledgers.topics, voicemail_that_nobody_has(project))
    words = f"ledger 0 stopped: entry {_sequence(forged)} breaks account_negative"
    await until(partial(_says, ledgers, "writer", words))
    await until(partial(_says, ledgers, "projector", words))
    await until_signer(lambda: words in signer.get("/readyz")[1])
    waiting = await api.allocate(project, SERIAL, 1)
    assert waiting.status_code == 503
    await goes_on(ledgers, other)

    stop = await asked(api, "ledger/stop", api.staff)
    named = {name: stop["stopped"][name] for name in ("sequence", "entry_hash")}
    assert named == {"sequence": _sequence(forged), "entry_hash": entry_hash(forged)}
    proposal = {"entries": [named], "law": stop["stopped"]["law"], "reason": "Forged", "reference": "INC-1"}
    proposed = await api.post("ledger/set-asides", proposal, api.staff, key="propose")
    decision = proposed.json()["decision"]
    assert accepted(proposed) == _sequence(forged) + 1
    await until(lambda: _waits(api, decision))
    alone = await api.post(f"ledger/set-asides/{decision}/approval", {}, api.staff, key="alone")
    assert (alone.status_code, alone.json()["code"]) == (403, "second_person_needed")
    approved = await api.post(f"ledger/set-asides/{decision}/approval", {}, second, key="approve")
    assert accepted(approved) == _sequence(forged) + 2

    allocated = accepted(await api.allocate(project, SERIAL, 1))
    assert await api.free(project, allocated) == {"BRI": 4, "Port11": 9}
    assert (await asked(api, "ledger/stop", api.staff))["stopped"] is None
    await until_signer(lambda: signer.get("/readyz") == (200, "following\n"))
    trusted = read_license_keys((signer.keys / "public" / "license-key.pem").read_bytes())
    file = (await files_of(ledgers.topics, SERIAL, trusted))[-1]
    assert (file.sequence, file.generation, file.issue) == (allocated, 1, 2)
    assert "stopped" not in await ledgers.said_by("writer") + await ledgers.said_by("projector")


async def test_a_later_event_type_stops_one_ledger_and_no_other(ledgers: Ledgers, api: Api, other: Api) -> None:
    await api.stocked_project(SERIAL, ports=10)
    lots = (Lot(license_type="Port11", license_class="pbx", count=1),)
    known = ActivationKeyIssued(key_digest="d" * 64, key_hint="K3YZ", lots=lots, order_number="PO-1")
    value = next_entry(await all_records(ledgers.topics), known).replace(b"key-issued.v1", b"key-issued.v2")
    await append(ledgers.topics, value)

    for name in ("writer", "projector"):
        await until(partial(_says, ledgers, name, "breaks event_type_unknown"))
    await goes_on(ledgers, other)


def _sequence(value: bytes) -> int:
    return decode_entry(value).sequence


async def _waits(api: Api, decision: str) -> bool:
    stop = await asked(api, "ledger/stop", api.staff)
    return [one["decision"] for one in stop["waiting"]] == [decision]


async def files_of(topics: KafkaTopics, serial: str, trusted: LicenseKeys) -> list[PublishedLicenseFile]:
    """The license files of a device that the signer has published."""
    number = partition_for(serial.encode(), LICENSE_FILES.partitions)
    records = await records_of(topics.connection(), topics.name(LICENSE_FILES), [number])
    found = [decode_license_file(one.key, one.value, one.headers, trusted=trusted) for one in records]
    return [file for file in found if file.serial == serial]


async def _says(ledgers: Ledgers, name: str, words: str) -> bool:
    return words in await ledgers.said_by(name)
