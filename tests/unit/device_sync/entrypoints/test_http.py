"""The whole edge over real mutual TLS, with the simulated box as the client and a ledger in memory."""

import asyncio
import json
import ssl
import warnings
from contextlib import suppress
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from contracts.codes import claim_code
from contracts.commands import Command
from contracts.documents.device_certificate import factory_certificate, generation_certificate
from contracts.outcomes import Accepted
from device_sync.entrypoints import http
from runtime.denied import CommandTooBig
from runtime.settings import SettingsWrong
from simulator.box import Box, BoxError
from simulator.device import Firmware, RefusedByServiceError
from simulator.pki import Pki, read_certificate, read_key, write_certificate
from tests.support.device_sync import away, file_row, last_file_row
from tests.support.device_sync_at_work import Place, context_of
from tests.support.documents import GENERATION_CA, GENERATION_CA_KEY, NOW, OTHER_SERIAL, SERIAL

CODE = claim_code.make(b"s" * 32, "00" * 32)


async def test_a_box_fetches_its_license_file_and_then_has_it(place: Place) -> None:
    file = await asyncio.to_thread(place.firmware.sync)

    assert file is not None
    assert (file.serial, file.issue) == (SERIAL, 2)
    assert place.box.license_file_path.read_bytes() == file_row().document
    assert await asyncio.to_thread(place.firmware.sync) is None


async def test_whatever_a_device_asks_is_a_sighting_of_the_device_in_its_certificate(place: Place) -> None:
    await place.ask("GET", "license-file", serial=OTHER_SERIAL)
    await place.ask("GET", "return-receipt")

    assert place.seen == [SERIAL, SERIAL]


async def test_the_file_comes_with_its_etag_and_is_not_to_be_cached_blindly(place: Place) -> None:
    answer = await place.ask("GET", "license-file")

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/xml"
    assert answer.headers["etag"] == f'"{file_row().sha256}"'
    assert answer.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("etag", ['"{}"', 'W/"{}"', '"other", "{}"', '"a,b",W/"{}"', "*"])
async def test_a_known_etag_gets_304_without_a_body(place: Place, etag: str) -> None:
    answer = await place.ask("GET", "license-file", If_None_Match=etag.format(file_row().sha256))

    assert (answer.status, answer.body) == (304, b"")


async def test_a_box_returns_its_licenses_and_goes_on_in_the_next_generation(place: Place) -> None:
    await asyncio.to_thread(place.firmware.sync)
    await asyncio.to_thread(place.firmware.give_back)

    assert (place.box.state.generation, place.box.state.invalidated) == (2, False)
    assert place.box.license_file() is None
    file = await asyncio.to_thread(place.firmware.sync)
    assert file is not None
    assert (file.generation, file.issue) == (2, 3)


async def test_a_repeated_return_gets_the_same_receipt_also_later_by_get(place: Place) -> None:
    document = place.box.invalidate()
    first = await place.ask("PUT", "return", body=document)
    second = await place.ask("PUT", "return", body=document)
    third = await place.ask("GET", "return-receipt")

    assert first.status == second.status == third.status == 200
    assert first.body == second.body == third.body


async def test_a_box_with_a_spent_certificate_gets_no_license_file(place: Place) -> None:
    await place.ask("PUT", "return", body=place.box.invalidate())

    answer = await place.ask("GET", "license-file")

    assert (answer.status, answer.code) == (409, "certificate_invalidated")


async def test_a_box_that_was_replaced_gets_no_license_file(place: Place) -> None:
    place.store.take([last_file_row()], {})

    answer = await place.ask("GET", "license-file")

    assert (answer.status, answer.code) == (409, "device_replaced")


async def test_a_document_that_makes_too_big_a_command_is_too_big(place: Place) -> None:
    """Each of 200 lines says what JSON has to escape, and the document is as long as one may be."""

    def too_big(_: Command) -> Accepted:
        raise CommandTooBig("the command has 64000 bytes; at most 61440 are taken")

    place.ledger.answer = too_big

    answer = await place.ask("PUT", "return", body=place.box.invalidate())

    assert (answer.status, answer.code) == (413, "document_too_big")


def _counted(answer: str) -> float:
    return REGISTRY.get_sample_value("licensing_device_requests_total", {"route": "return", "answer": answer}) or 0


async def test_a_box_can_not_take_the_places_of_all_others(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_IN_FLIGHT_A_DEVICE", 1)
    defects = _counted("internal_error")
    context = ssl.create_default_context(cafile=str(place.box.server_ca_file))
    context.load_cert_chain(place.box.certificate_file, place.box.key_file)
    port = int(place.url.rpartition(":")[2])
    _, slow = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    slow.write(f"PUT /v1/devices/{SERIAL}/return HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n".encode())
    await slow.drain()
    await asyncio.sleep(0.1)

    busy = await place.ask("GET", "license-file")
    slow.close()
    with suppress(ConnectionError):
        await slow.wait_closed()
    await asyncio.sleep(0.1)

    assert (busy.status, busy.code) == (503, "service_unavailable")
    assert _counted("internal_error") == defects
    assert (await place.ask("GET", "license-file")).status == 200


async def test_a_box_sees_no_other_serial(place: Place) -> None:
    for method, what, body in (
        ("GET", "license-file", None),
        ("GET", "return-receipt", None),
        ("PUT", "return", b"<a/>"),
    ):
        answer = await place.ask(method, what, body=body, serial=OTHER_SERIAL)
        assert (answer.status, answer.code) == (403, "certificate_serial_mismatch")


async def test_a_box_of_no_project_is_unknown(place: Place) -> None:
    place.store.clear()

    answer = await place.ask("GET", "license-file")

    assert (answer.status, answer.code) == (404, "device_unknown")


async def test_a_box_without_a_return_has_no_receipt(place: Place) -> None:
    answer = await place.ask("GET", "return-receipt")

    assert (answer.status, answer.code) == (404, "receipt_unknown")


async def test_trouble_is_503_with_retry_after(place: Place) -> None:
    place.ledger.answer = away

    answer = await place.ask("GET", "license-file")

    assert (answer.status, answer.code) == (503, "service_unavailable")
    assert int(answer.headers["retry-after"]) > 0


async def test_an_edge_that_has_not_read_everything_yet_says_503(place: Place) -> None:
    place.waits_for.append("license files are being read")

    answer = await place.ask("GET", "license-file")

    assert (answer.status, answer.code) == (503, "service_unavailable")


async def test_a_defect_is_500_without_details(place: Place) -> None:
    place.store.close()

    answer = await place.ask("GET", "license-file")

    assert (answer.status, answer.code) == (500, "internal_error")
    assert "sqlite" not in answer.detail.lower()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "document_malformed"),
        (b"<license-return/>", 422, "document_malformed"),
        (b"\xff\xfe<\x00", 422, "document_malformed"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 422, "document_malformed"),
        (b"<a>" * 5000, 422, "document_malformed"),
        (b"x" * (32 * 1024 + 1), 413, "document_too_big"),
        (b"x" * 10 * 1024 * 1024, 413, "document_too_big"),
    ],
)
async def test_a_bad_body_is_refused_and_the_ledger_not_asked(
    place: Place, body: bytes, status: int, code: str
) -> None:
    answer = await place.ask("PUT", "return", body=body)

    assert (answer.status, answer.code) == (status, code)
    assert not place.ledger.asked


async def test_a_chunked_body_is_bounded_too(place: Place) -> None:
    answer = await place.ask("PUT", "return", body=iter([b"x" * 1024] * 64))  # type: ignore[arg-type]  # goes in chunks

    assert (answer.status, answer.code) == (413, "document_too_big")


@pytest.mark.parametrize(
    ("method", "what", "status", "code"),
    [
        ("GET", "else", 404, "not_found"),
        ("POST", "return", 405, "method_not_allowed"),
        ("DELETE", "license-file", 405, "method_not_allowed"),
    ],
)
async def test_whatever_is_not_offered_is_a_problem_document(
    place: Place, method: str, what: str, status: int, code: str
) -> None:
    answer = await place.ask(method, what)

    assert (answer.status, answer.code) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_problems_say_what_a_person_can_do(place: Place) -> None:
    answer = await place.ask("PUT", "return", body=b"<a/>")
    refused = RefusedByServiceError(answer)

    assert json.loads(answer.body)["rule"] == "C3"
    assert str(refused).startswith("422 document_malformed: The element <a> stands where <license-return> belongs")


@pytest.mark.parametrize("whose", ["self-made", "of another authority", "none"])
async def test_whoever_has_no_vendor_certificate_does_not_get_as_far_as_http(
    place: Place, tmp_path: Path, whose: str
) -> None:
    foreign = Pki(tmp_path / "foreign")
    foreign.make()
    context = ssl.create_default_context(cafile=str(place.pki.server_ca))
    if whose == "self-made":
        context.load_cert_chain(foreign.device_ca, foreign.device_ca_key)
    if whose == "of another authority":
        stranger = Box.make(
            tmp_path / "stranger", SERIAL, pki=foreign, license_keys=[place.pki.folder / "license-key.pem"]
        )
        context.load_cert_chain(stranger.certificate_file, stranger.key_file)

    assert not await _answers(place.url, context)
    assert not place.ledger.asked


async def test_a_certificate_that_the_vendor_signed_for_no_device_is_refused(place: Place) -> None:
    ca, ca_key = read_certificate(place.pki.device_ca), read_key(place.pki.device_ca_key)
    public_key = read_key(place.box.key_file).public_key()
    stranger = factory_certificate(
        ca, ca_key, serial="toaster", public_key=public_key, not_before=ca.not_valid_before_utc
    )
    write_certificate(place.box.certificate_file, stranger)

    answer = await place.ask("GET", "license-file")

    assert (answer.status, answer.code) == (403, "certificate_not_vendor_signed")


async def test_a_generation_that_the_factory_signed_gets_no_further_than_the_handshake(place: Place) -> None:
    ca, ca_key = read_certificate(place.pki.device_ca), read_key(place.pki.device_ca_key)
    key = read_key(place.box.key_file).public_key()
    forged = generation_certificate(ca, ca_key, serial=SERIAL, generation=2, public_key=key, not_before=NOW)
    write_certificate(place.box.certificate_file, forged)

    answer = await place.ask("GET", "license-file")

    assert (answer.status, answer.code) == (403, "certificate_not_vendor_signed")


async def test_a_factory_certificate_that_the_signer_signed_gets_no_further_than_the_handshake(place: Place) -> None:
    key = read_key(place.box.key_file).public_key()
    forged = factory_certificate(GENERATION_CA, GENERATION_CA_KEY, serial=SERIAL, public_key=key, not_before=NOW)
    write_certificate(place.box.certificate_file, forged)

    answer = await place.ask("GET", "license-file")

    assert (answer.status, answer.code) == (403, "certificate_not_vendor_signed")


async def test_an_old_tls_version_is_refused(place: Place) -> None:
    context = ssl.create_default_context(cafile=str(place.pki.server_ca))
    context.load_cert_chain(place.box.certificate_file, place.box.key_file)
    assert await _answers(place.url, context)

    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    assert not await _answers(place.url, context)


async def test_a_box_claims_itself_into_a_project(place: Place) -> None:
    answer = await place.ask("POST", "claim", body=CODE.encode())

    assert (answer.status, answer.body) == (201, b'{"sequence":10}')


@pytest.mark.parametrize("body", [b"", b"\xff" * 16, CODE.encode()[:-1] + b"?", b"0" * 65, b"0" * 40_000])
async def test_what_is_no_claim_code_is_said_to_be_none(place: Place, body: bytes) -> None:
    answer = await place.ask("POST", "claim", body=body)

    assert (answer.status, answer.code) == (422, "claim_code_malformed")
    assert place.ledger.asked == []


async def test_a_box_claims_only_itself(place: Place) -> None:
    answer = await place.ask("POST", "claim", body=CODE.encode(), serial=OTHER_SERIAL)

    assert answer.code == "certificate_serial_mismatch"


def test_a_tls_key_that_others_can_read_is_refused(pki: Pki) -> None:
    pki.server_key.chmod(0o644)

    with pytest.raises(SettingsWrong):
        context_of(pki)


def test_a_firmware_that_can_not_reach_the_service_says_so(tmp_path: Path, pki: Pki) -> None:
    box = Box.make(tmp_path / "box", SERIAL, pki=pki, license_keys=[pki.folder / "license-key.pem"])

    with pytest.raises(BoxError, match="can't be reached"):
        Firmware(box, "https://127.0.0.1:1").sync()


async def _answers(url: str, context: ssl.SSLContext) -> bool:
    """Whether a request over this TLS gets any HTTP answer."""
    host, port = "127.0.0.1", int(url.rpartition(":")[2])
    try:
        reader, writer = await asyncio.open_connection(host, port, ssl=context)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = await reader.read(100)
        writer.close()
    except (ssl.SSLError, ConnectionError):
        return False
    return answer.startswith(b"HTTP/1.1")
