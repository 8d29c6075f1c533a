"""What a box's HTTP client may send, and what everybody who is no box is told: as at the API, in problem documents."""

import asyncio
import gzip
import json
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from contracts.documents.device_certificate import factory_certificate
from simulator.box import Box
from simulator.pki import Pki, read_certificate, read_key, write_certificate, write_key
from tests.support.device_sync import file_row
from tests.support.device_sync_at_work import Place
from tests.support.documents import SERIAL

RETURN = f"/v1/devices/{SERIAL}/return"
FILE = f"/v1/devices/{SERIAL}/license-file"
HOST = b"Host: a\r\n"


def _client(place: Place) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(place.pki.server_ca))
    context.load_cert_chain(place.box.certificate_file, place.box.key_file)
    return context


async def _said(
    place: Place, request: bytes, context: ssl.SSLContext | None = None
) -> tuple[str, dict[str, str], bytes]:
    """Status line, headers and body of the response to these bytes."""
    port = int(place.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context or _client(place))
    writer.write(request)
    async with asyncio.timeout(10):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = head.split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    writer.close()
    return lines[0], headers, body


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", 431, "head_too_big"),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431, "head_too_big"),
        (b"\x00\x01<script>\r\n\r\n", 400, "request_malformed"),
        (
            b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
            400,
            "request_malformed",
        ),
        (b"GET / HTTP/1.1\r\n\r\n", 400, "request_malformed"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "request_malformed"),
        (b"GRAB / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "request_malformed"),
    ],
    ids=["long header", "long address", "garbage", "two lengths", "no host", "two hosts", "unknown method"],
)
async def test_what_is_no_request_gets_a_problem_document_without_an_echo(
    place: Place, request_: bytes, status: int, code: str
) -> None:
    line, headers, body = await _said(place, request_)

    assert line.startswith(f"HTTP/1.1 {status} ")
    assert headers["content-type"] == "application/problem+json"
    assert json.loads(body)["code"] == code
    assert b"script" not in body


@pytest.mark.parametrize(
    ("method", "what", "allowed"),
    [("DELETE", "license-file", "GET, HEAD, OPTIONS"), ("POST", "return", "OPTIONS, PUT")],
)
async def test_another_method_is_told_those_of_the_address(place: Place, method: str, what: str, allowed: str) -> None:
    refused, options = await place.ask(method, what), await place.ask("OPTIONS", what)

    assert (refused.status, refused.code, refused.headers["allow"]) == (405, "method_not_allowed", allowed)
    assert (options.status, options.headers["allow"]) == (204, allowed)


async def test_looking_whether_there_is_a_file_delivers_none(place: Place) -> None:
    looked = await place.ask("HEAD", "license-file")

    assert (looked.status, looked.body) == (200, b"")
    assert looked.headers["etag"] == f'"{file_row().sha256}"'
    assert int(looked.headers["content-length"]) == len(file_row().document)
    assert place.ledger.asked == []


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate"])
async def test_a_body_with_a_coding_is_refused_as_at_the_api(place: Place, coding: str) -> None:
    document = gzip.compress(place.box.invalidate()) if coding == "gzip" else b"<plain/>"

    answer = await place.ask("PUT", "return", body=document, Content_Encoding=coding)

    assert (answer.status, answer.code) == (415, "body_encoded")
    assert answer.headers["accept-encoding"] == "identity"
    assert place.ledger.asked == []


async def test_a_box_may_offer_http_2(place: Place) -> None:
    document = place.box.invalidate()
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
    head = b"PUT %s HTTP/1.1\r\n%s%sContent-Length: %d\r\n\r\n" % (RETURN.encode(), HOST, offer, len(document))

    line, _, _ = await _said(place, head + document)

    assert line == "HTTP/1.1 200 OK"


@pytest.mark.parametrize(
    "written",
    [
        SERIAL.upper(),
        "-".join(SERIAL[i : i + 2] for i in range(0, 12, 2)),
        ":".join(SERIAL[i : i + 2] for i in range(0, 12, 2)),
        f"{SERIAL[:4]}.{SERIAL[4:8]}.{SERIAL[8:]}",
    ],
)
async def test_a_box_may_write_its_serial_as_people_do(place: Place, written: str) -> None:
    assert (await place.ask("GET", "license-file", serial=written)).status == 200


async def test_what_is_no_serial_is_told_so_as_at_the_api(place: Place) -> None:
    answer = await place.ask("GET", "license-file", serial="00903301020")

    assert (answer.status, answer.code) == (422, "serial_malformed")


async def test_a_tag_is_seen_wherever_it_stands_and_a_quoted_asterisk_is_one(place: Place) -> None:
    tag = file_row().sha256.encode()
    two_lines = b'If-None-Match: "b"\r\nIf-None-Match: "%s"\r\n' % tag

    line, _, _ = await _said(place, b"GET %s HTTP/1.1\r\n%s%s\r\n" % (FILE.encode(), HOST, two_lines))

    assert line.startswith("HTTP/1.1 304 ")
    for other in ('"*"', "W/*"):
        assert (await place.ask("GET", "license-file", If_None_Match=other)).status == 200


async def test_a_box_with_a_key_that_signs_no_return_gets_no_license_file(place: Place) -> None:
    ca, ca_key = read_certificate(place.pki.device_ca), read_key(place.pki.device_ca_key)
    key = ec.generate_private_key(ec.SECP384R1())
    made = factory_certificate(
        ca, ca_key, serial=SERIAL, public_key=key.public_key(), not_before=ca.not_valid_before_utc
    )
    write_certificate(place.box.certificate_file, made)
    write_key(place.box.key_file, key)

    answer = await place.ask("GET", "license-file")

    assert (answer.status, answer.code) == (403, "certificate_not_vendor_signed")
    assert "P-256" in answer.detail
    assert place.ledger.asked == []


def _made(
    pki: Pki, key: ec.EllipticCurvePrivateKey, *, days: tuple[int, int], usage: x509.ObjectIdentifier
) -> x509.Certificate:
    """A certificate of the device CA for these days from now on, and for this use."""
    ca, ca_key = read_certificate(pki.device_ca), read_key(pki.device_ca_key)
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SERIAL)]))
        .issuer_name(ca.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .sign(ca_key, hashes.SHA256())
    )


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["TLS 1.2", "TLS 1.3"])
@pytest.mark.parametrize(
    ("whose", "reason", "alert"),
    [
        ("nobody's", "peer did not return a certificate", "ALERT"),
        ("expired", "certificate has expired", "CERTIFICATE_EXPIRED"),
        ("for servers", "unsuitable certificate purpose", "ALERT"),
        ("of another authority", "certificate signature failure", "DECRYPT_ERROR"),
    ],
)
async def test_a_box_that_fails_the_handshake_is_told_by_an_alert_and_we_by_a_log_line(
    place: Place, tmp_path: Path, *, version: ssl.TLSVersion, whose: str, reason: str, alert: str
) -> None:
    context = ssl.create_default_context(cafile=str(place.pki.server_ca))
    context.minimum_version = context.maximum_version = version
    if shown := _shown(place, tmp_path, whose):
        context.load_cert_chain(*shown)
    before = _failed(reason)

    with capture_logs() as logs, pytest.raises(ssl.SSLError, match=alert):
        await _said(place, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", context)

    (line,) = [one for one in logs if one["event"] == "handshake_failed"]
    assert line["reason"] == reason
    assert line["peer"].startswith("127.0.0.1:")
    assert line.get("serial") == (SERIAL if shown else None)
    assert _failed(reason) == before + 1


def _shown(place: Place, folder: Path, whose: str) -> tuple[Path, Path] | None:
    """The files of the certificate that is shown."""
    key = read_key(place.box.key_file)
    client, server = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
    match whose:
        case "expired":
            write_certificate(place.box.certificate_file, _made(place.pki, key, days=(-9, -2), usage=client))
        case "for servers":
            write_certificate(place.box.certificate_file, _made(place.pki, key, days=(-9, 9), usage=server))
        case "of another authority":
            foreign = Pki(folder / "foreign")
            foreign.make()
            stranger = Box.make(
                folder / "stranger", SERIAL, pki=foreign, license_keys=[place.pki.folder / "license-key.pem"]
            )
            return stranger.certificate_file, stranger.key_file
        case _:
            return None
    return place.box.certificate_file, place.box.key_file


def _failed(reason: str) -> float:
    return REGISTRY.get_sample_value("licensing_device_failed_handshakes_total", {"reason": reason}) or 0


async def test_a_client_that_speaks_no_tls_is_logged_too(place: Place) -> None:
    port = int(place.url.rpartition(":")[2])
    with capture_logs() as logs:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert await reader.read() != b"HTTP"
        writer.close()

    assert [one["reason"] for one in logs if one["event"] == "handshake_failed"] == ["http request"]
