"""The command line: `signer init`, `signer public`, `signer run`."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from contracts.log.checkpoint import DEFAULT_LOG_NAME, NoteWrongError
from runtime.settings import SettingsWrong, read_secret
from signer.adapters import keystore
from signer.adapters.keystore import KeysRefusedError, PublicParts
from signer.entrypoints.run import run

EXIT_REFUSED = 1


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the arguments say; a refusal is one sentence on stderr and the exit code 1."""
    parsed = _parser().parse_args(arguments)
    try:
        parsed.do(parsed)
    except (KeysRefusedError, SettingsWrong, NoteWrongError, OSError) as error:
        print(f"signer: {error}", file=sys.stderr)  # noqa: T201 - a command line talks
        sys.exit(EXIT_REFUSED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="signer", description="Signs license files, receipts and checkpoints.")
    parser.set_defaults(do=lambda _: run())
    commands = parser.add_subparsers(metavar="init | public | run (the default)")
    init = commands.add_parser("init", help="make the three keys, sealed, and their public parts")
    init.add_argument("--passphrase-file", type=Path, required=True, help="readable by its owner only")
    init.add_argument("--log-name", default=DEFAULT_LOG_NAME, help="first part of every log's origin line")
    init.set_defaults(do=_init)
    public = commands.add_parser("public", help="print the public parts of keys")
    public.set_defaults(do=_public)
    for command in (init, public):
        command.add_argument("--keys", type=Path, required=True, metavar="FOLDER", help="where the keys lie")
        command.add_argument("--ledgers", type=int, default=1, help="how many ledgers there are, from number 0 on")
    run_command = commands.add_parser("run", help="sign what the ledgers say; takes LICENSING_* settings")
    run_command.set_defaults(do=lambda _: run())
    return parser


def _init(parsed: argparse.Namespace) -> None:
    passphrase = read_secret(parsed.passphrase_file)
    keystore.create(parsed.keys, passphrase, log_name=parsed.log_name, now=datetime.now(UTC).replace(microsecond=0))
    parts = keystore.public_parts(parsed.keys)
    for ledger in range(parsed.ledgers):
        keystore.write_log_vkey(parsed.keys, ledger, parts.log_vkey(ledger))
    _show(parts, parsed.ledgers)


def _public(parsed: argparse.Namespace) -> None:
    _show(keystore.public_parts(parsed.keys), parsed.ledgers)


def _show(parts: PublicParts, ledgers: int) -> None:
    vkeys = "".join(f"log of ledger {ledger}: {parts.log_vkey(ledger)}\n" for ledger in range(ledgers))
    sections = {
        f"license key {parts.license_key_id}": parts.license_key_pem,
        "the same as a self-signed certificate": parts.license_certificate_pem,
        "generation CA": parts.generation_ca_pem,
    }
    body = "".join(f"{title}:\n{pem}" for title, pem in sections.items())
    sys.stdout.write(body + vkeys)
