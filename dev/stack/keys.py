"""Make every key and secret of the stack that is not there yet: `python -m dev.stack.keys STATE`."""

import argparse
import base64
import json
import secrets
import subprocess
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from dev.stack import secret_files
from dev.stack.error import StackError
from dev.stack.service import SCRIPTS
from portal.adapters.issuer import read_signing_keys
from simulator.issuer import Issuer
from simulator.pki import Pki

SIGNER_INIT_SECONDS = 60.0
PORTAL_ISSUER = "urn:licensing:portal"


class Keys:
    """Where the keys and secrets of one stack are."""

    def __init__(self, state: Path) -> None:
        folder = state / "keys"
        self.pki = Pki(state / "pki")
        self.issuer = Issuer(state)
        self.portal_token_key = folder / "portal-token-key.pem"
        self.second_factor_key_file = folder / "second-factor.key"
        self.token_keys = folder / "token-keys.json"
        self.signer_folder = state / "signer"
        self.license_key = self.signer_folder / "public" / "license-key.pem"
        self.license_certificate = self.signer_folder / "public" / "license-certificate.pem"
        self.generation_ca = self.signer_folder / "public" / "generation-ca.pem"
        self.signer_passphrase_file = folder / "signer.passphrase"
        self.activation_key_secret_file = folder / "activation-keys.secret"
        self.support_webhook_keys_file = folder / "support-webhook.keys"
        self.writer_private_key = folder / "writer-private.pem"
        self.writer_key = folder / "writer-public.pem"
        self.rma_writer_private_key = folder / "rma-writer-private.pem"
        self.rma_writer_key = folder / "rma-writer-public.pem"

    def prepare(self) -> None:
        """Make what is not there yet; nothing is ever replaced."""
        self.signer_passphrase_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.pki.make()
        self.issuer.prepare()
        make_private_key(self.portal_token_key, Ed25519PrivateKey.generate())
        secret_files.make(self.signer_passphrase_file)
        secret_files.make(self.activation_key_secret_file)
        secret_files.make(self.second_factor_key_file)
        make_webhook_key(self.support_webhook_keys_file)
        make_writer_keys(self.writer_private_key, self.writer_key)
        make_writer_keys(self.rma_writer_private_key, self.rma_writer_key)
        self._make_signer_keys()
        self.publish_token_keys()

    def publish_token_keys(self) -> None:
        """Give the services the public keys of both issuers: the portal, and the one of programs."""
        keys = json.loads(self.issuer.jwks_file.read_text(encoding="utf-8"))["keys"]
        keys += [key.jwk(PORTAL_ISSUER) for key in read_signing_keys(self.portal_token_key)]
        draft = self.token_keys.with_suffix(".new")
        draft.write_text(json.dumps({"keys": keys}, indent=1), encoding="utf-8")
        draft.replace(self.token_keys)

    def _make_signer_keys(self) -> None:
        if self.signer_folder.exists():
            return
        arguments = ("init", "--keys", self.signer_folder, "--passphrase-file", self.signer_passphrase_file)
        argv = (SCRIPTS / "signer", *arguments)
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=SIGNER_INIT_SECONDS)
        if done.returncode != 0:
            raise StackError(f"The signer's keys could not be made: {done.stderr.strip()}")


def make_writer_keys(private: Path, public: Path) -> None:
    """The key that opens what senders seal for a writer, and its public part, where they are not there yet."""
    if private.exists():
        return
    key = X25519PrivateKey.generate()
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    make_private_key(private, key)


def make_webhook_key(file: Path) -> None:
    """A key of the help desk's webhook, where there is none yet."""
    if not file.exists():
        secret_files.write(file, f"whsec_{base64.b64encode(secrets.token_bytes(secret_files.SECRET_BYTES)).decode()}\n")


def make_private_key(file: Path, key: X25519PrivateKey | Ed25519PrivateKey) -> None:
    """Write a key where none is yet."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m dev.stack.keys", description=__doc__)
    parser.add_argument("state", type=Path)
    Keys(parser.parse_args().state).prepare()
    print("keys: there")


if __name__ == "__main__":
    main()
