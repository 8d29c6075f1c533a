import json
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts.identifiers import derived_id
from dev.stack.places import ROOT
from runtime.tokens import KeyFile, Tokens
from simulator.issuer import AUDIENCE, ISSUER, Issuer

ACCOUNT, COMPANY = derived_id("a", "account"), derived_id("a", "company")


def test_the_api_takes_the_tokens_of_the_development_issuer(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    token = issuer.mint(ACCOUNT, COMPANY)
    tokens = Tokens(KeyFile(issuer.jwks_file).key, issuer=ISSUER, audience=AUDIENCE)

    caller = tokens.caller(f"Bearer {token}", now=datetime.now(UTC))

    assert (caller.account, caller.company) == (ACCOUNT, COMPANY)


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = Issuer(tmp_path).prepare().read_bytes()

    again = Issuer(tmp_path).prepare().read_bytes()

    assert first == again
    assert "d" not in json.loads(first)["keys"][0]
    assert stat.S_IMODE((tmp_path / "tokens" / "key.pem").stat().st_mode) == 0o600


@pytest.mark.parametrize("ids", [("nope", "nope"), (ACCOUNT, "nope"), (ACCOUNT.upper(), COMPANY)])
def test_what_is_no_id_gets_no_token_but_one_sentence(ids: tuple[str, str]) -> None:
    command = [sys.executable, "-m", "simulator.issuer", *ids]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("is no id of an account or a company: those are lower-case UUIDs.\n")
    assert len(done.stderr.splitlines()) == 1
