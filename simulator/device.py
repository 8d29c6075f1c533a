"""A simulated box on the command line: `python -m simulator.device --help`."""

import argparse
import http.client
import json
import ssl
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from contracts.documents.license_file import LicenseFile, LicenseFileNotForUs
from contracts.documents.license_lines import LicenseLine
from contracts.documents.return_receipt import ReturnReceipt
from contracts.documents.xml import DocumentRefused
from simulator import STATE
from simulator.box import FIRMWARE, Box, BoxError
from simulator.pki import PKI, Pki

ANSWER_SECONDS = 30.0
PATIENCE_SECONDS = 60.0
AGAIN_SECONDS = 0.05
"""How long the box comes back to a service that says 503."""
MAX_ANSWER_BYTES = 1024 * 1024
BOXES = STATE / "boxes"
LICENSE_KEY = STATE / "signer" / "public" / "license-key.pem"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service said."""

    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def code(self) -> str:
        """The stable code of a problem document, or nothing."""
        try:
            return str(json.loads(self.body).get("code", ""))
        except ValueError:
            return ""

    @property
    def detail(self) -> str:
        try:
            return str(json.loads(self.body).get("detail", ""))
        except ValueError:
            return self.body[:200].decode(errors="replace")


class RefusedByServiceError(BoxError):
    """The service refused the request."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status} {answer.code}: {answer.detail}")
        self.answer = answer


class Firmware:
    """The box's side of the firmware protocol with one service."""

    def __init__(self, box: Box, url: str) -> None:
        self.box = box
        self._url = url

    def sync(self) -> LicenseFile | None:
        """Fetch, check and keep the license file; None if the box has the newest one."""
        head: dict[str, str] = {}
        if self.box.license_file_path.exists() and self._etag_file.exists():
            head = {"If-None-Match": self._etag_file.read_text()}
        answer = self.ask("GET", "license-file", headers=head)
        if answer.status == http.HTTPStatus.NOT_MODIFIED:
            return None
        file = self.box.take_license_file(self._body(answer))
        self._etag_file.write_text(answer.headers.get("etag", ""))
        return file

    def sync_to(self, sequence: int) -> LicenseFile:
        """The first file of this entry or a later one, which the box lacks; BoxError if it does not come."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            file = self.sync()
            if file is not None and file.sequence >= sequence:
                return file
            time.sleep(AGAIN_SECONDS)
        raise BoxError(f"The license file of entry {sequence} did not come within {PATIENCE_SECONDS:.0f} s.")

    def file_answer(self, status: int, code: str = "") -> Answer:
        """The answer to a request for the file, once the service follows the entry that makes it answer so.

        Another process wrote that entry. Returns the last answer if this one does not come.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        answer = self.ask("GET", "license-file")
        while (answer.status, answer.code) != (status, code) and time.monotonic() < deadline:
            time.sleep(AGAIN_SECONDS)
            answer = self.ask("GET", "license-file")
        return answer

    def give_back(self) -> ReturnReceipt:
        """Invalidate the certificate, send the return document and begin the next generation with the receipt."""
        return self.box.take_receipt(self._body(self.ask("PUT", "return", body=self.box.invalidate())))

    def receipt(self) -> bytes:
        """The receipt once more."""
        return self._body(self.ask("GET", "return-receipt"))

    def claim(self, code: str) -> int:
        """Put the box into the project of a claim code; the entry that did it."""
        answer = self.ask("POST", "claim", body=code.encode())
        if answer.status != http.HTTPStatus.CREATED:
            raise RefusedByServiceError(answer)
        return int(json.loads(answer.body)["sequence"])

    def ask(
        self,
        method: str,
        what: str,
        *,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        serial: str = "",
    ) -> Answer:
        """One request about this box (or about another serial), repeated while the service says 503."""
        path = f"/v1/devices/{serial or self.box.state.serial}/{what}"
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = self.once(method, path, body, headers or {})
            wait = float(answer.headers.get("retry-after", "1"))
            if answer.status != http.HTTPStatus.SERVICE_UNAVAILABLE or time.monotonic() + wait > deadline:
                return answer
            time.sleep(wait)

    def once(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """One request, whatever the service says."""
        address = urlsplit(self._url)
        if address.scheme != "https" or address.hostname is None:
            raise BoxError(f"{self._url} is not an https address.")
        connection = http.client.HTTPSConnection(
            address.hostname, address.port, timeout=ANSWER_SECONDS, context=self._context()
        )
        try:
            connection.request(method, path, body, {"Content-Type": "application/xml"} | headers if body else headers)
            response = connection.getresponse()
            said = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, response.read(MAX_ANSWER_BYTES), said)
        except (OSError, http.client.HTTPException) as error:
            raise BoxError(f"{self._url} can't be reached: {error}") from error
        finally:
            connection.close()

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.box.server_ca_file))
        context.load_cert_chain(self.box.certificate_file, self.box.key_file)
        return context

    def _body(self, answer: Answer) -> bytes:
        if answer.status != http.HTTPStatus.OK:
            raise RefusedByServiceError(answer)
        return answer.body

    @property
    def _etag_file(self) -> Path:
        return self.box.folder / "etag"


def _factory(arguments: argparse.Namespace) -> None:
    box = Box.make(
        arguments.box or BOXES / arguments.serial,
        arguments.serial,
        pki=Pki(arguments.pki),
        license_keys=arguments.license_key or [LICENSE_KEY],
        firmware=arguments.firmware,
    )
    print(f"A box with the serial {arguments.serial} is in {box.folder}.")


def _sync(arguments: argparse.Namespace) -> None:
    file = Firmware(Box(arguments.box), arguments.url).sync()
    print("The box has the newest license file (304)." if file is None else _told(file))


def _claim(arguments: argparse.Namespace) -> None:
    sequence = Firmware(Box(arguments.box), arguments.url).claim(arguments.code)
    print(f"The box is in the project of that code since entry {sequence}.")


def _return(arguments: argparse.Namespace) -> None:
    box = Box(arguments.box)
    receipt = Firmware(box, arguments.url).give_back()
    print(f"Returned generation {receipt.returned_generation} at sequence {receipt.sequence}.")
    print(f"credited:  {_lines(receipt.credited)}\nremaining: {_lines(receipt.remaining)}")
    print(f"The box is in generation {box.state.generation}.")


def _take(arguments: argparse.Namespace) -> None:
    print(_told(Box(arguments.box).take_license_file(arguments.file.read_bytes())))


def _invalidate(arguments: argparse.Namespace) -> None:
    box = Box(arguments.box)
    box.invalidate()
    print(f"The certificate is given up for good. Hand in {box.return_document_path}.")


def _take_receipt(arguments: argparse.Namespace) -> None:
    receipt = Box(arguments.box).take_receipt(arguments.file.read_bytes())
    print(f"The box is in generation {receipt.returned_generation + 1}.")


def _show(arguments: argparse.Namespace) -> None:
    box = Box(arguments.box)
    state, file = box.state, box.license_file()
    validity = "given up" if state.invalidated else "valid"
    print(f"serial {state.serial}, firmware {state.firmware}, generation {state.generation} ({validity})")
    print("no license file" if file is None else _told(file))


def _told(file: LicenseFile) -> str:
    return (
        f"License file of {file.serial}: generation {file.generation}, issue {file.issue}, from entry"
        f" {file.sequence} of ledger {file.ledger}: {_lines(file.licenses)}"
    )


def _lines(lines: tuple[LicenseLine, ...]) -> str:
    return ", ".join(f"{line.count} {line.license_type}" for line in lines) or "nothing"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulator.device", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    factory = commands.add_parser("factory", help="make a box: key, certificate of the development device CA, trust")
    factory.add_argument("--serial", required=True, help="12 hex digits, beginning with 009033")
    factory.add_argument("--box", type=Path, help=f"its folder (default: {BOXES.name}/SERIAL in the state folder)")
    factory.add_argument("--pki", type=Path, default=PKI, help="made by `python -m simulator.pki`")
    factory.add_argument("--license-key", type=Path, action="append", help="public key (PEM) that signs license files")
    factory.add_argument("--firmware", default=FIRMWARE)
    factory.set_defaults(do=_factory)
    for name, do, text in (
        ("sync", _sync, "fetch the license file, check it offline, keep it"),
        ("return", _return, "give the certificate up, send the return document, take the receipt"),
    ):
        online = commands.add_parser(name, help=text)
        online.add_argument("--url", required=True, help="https address of the service")
        online.set_defaults(do=do)
        online.add_argument("--box", type=Path, required=True)
    claim = commands.add_parser("claim", help="go into a project with a claim code")
    claim.add_argument("code")
    claim.add_argument("--url", required=True, help="https address of the service")
    claim.add_argument("--box", type=Path, required=True)
    claim.set_defaults(do=_claim)
    for name, do, text in (
        ("show", _show, "show what the box knows"),
        ("invalidate", _invalidate, "give the certificate up and make the return document, for the manual way"),
    ):
        offline = commands.add_parser(name, help=text)
        offline.set_defaults(do=do)
        offline.add_argument("--box", type=Path, required=True)
    for name, do, text in (
        ("take", _take, "take a license file by hand"),
        ("take-receipt", _take_receipt, "take a return receipt by hand"),
    ):
        by_hand = commands.add_parser(name, help=text)
        by_hand.add_argument("file", type=Path)
        by_hand.set_defaults(do=do)
        by_hand.add_argument("--box", type=Path, required=True)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    try:
        arguments.do(arguments)
    except (BoxError, DocumentRefused, LicenseFileNotForUs, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
