"""An API server on loopback with an empty store, for as long as it is entered."""

import secrets
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from dev.kubernetes.apiserver import binaries
from dev.stack import secret_files
from dev.stack.ports import HOST, Ports
from dev.stack.process import Process, Program

START_SECONDS = 120.0
KUBECTL_SECONDS = 300.0
KUBECTL = Path(sys.prefix) / "bin" / "kubectl"


@dataclass(frozen=True, slots=True)
class Said:
    """What kubectl said, and whether it was content."""

    well: bool
    text: str


@dataclass(frozen=True, slots=True)
class ApiServer:
    """A running one, asked by kubectl as its administrator."""

    address: str
    token: str
    certificate: Path
    home: Path

    def kubectl(self, *arguments: str, said: str = "") -> Said:
        login = ("--server", self.address, "--token", self.token, "--certificate-authority", str(self.certificate))
        done = subprocess.run(
            (str(KUBECTL), *login, *arguments),
            input=said,
            capture_output=True,
            text=True,
            check=False,
            timeout=KUBECTL_SECONDS,
            env={"HOME": str(self.home), "PATH": "/usr/bin:/bin"},
        )
        return Said(done.returncode == 0, done.stdout + done.stderr)

    def apply(self, manifests: str, *more: str) -> Said:
        """Server-side, strictly; a warning counts as an error, since that is how PodSecurity refuses a Deployment."""
        strictly = ("--server-side", "--validate=strict", "--warnings-as-errors")
        return self.kubectl("apply", *strictly, *more, "-f", "-", said=manifests)

    def dry_run(self, manifests: str) -> Said:
        return self.apply(manifests, "--dry-run=server")


@contextmanager
def running(state: Path) -> Generator[ApiServer]:
    """Start store and server, and end them in the opposite order."""
    built, ports = binaries.folder(), Ports(state / "ports.json")
    etcd, server = (Process(name, state, stop_seconds=20.0) for name in ("etcd", "kube-apiserver"))
    store = f"http://{HOST}:{ports.port('etcd')}"
    peer = f"http://{HOST}:{ports.port('etcd-peer')}"
    api = ApiServer(
        f"https://{HOST}:{ports.port('api')}", secrets.token_hex(16), state / "certificates" / "apiserver.crt", state
    )
    try:
        etcd.spawn(Program((str(built / "etcd"), *_etcd(state, store, peer)), {}))
        server.spawn(Program((str(built / "kube-apiserver"), *_server(state, store, ports.port("api"), api.token)), {}))
        server.wait_until(lambda: _is_ready(api), seconds=START_SECONDS, progress=print)
        yield api
    finally:
        server.stop()
        etcd.stop()


def _is_ready(api: ApiServer) -> bool:
    return api.certificate.exists() and api.kubectl("get", "--raw", "/readyz").well


def _etcd(state: Path, client: str, peer: str) -> tuple[str, ...]:
    clients = (f"--listen-client-urls={client}", f"--advertise-client-urls={client}")
    peers = (f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}", f"--initial-cluster=default={peer}")
    return (f"--data-dir={state / 'etcd'}", "--unsafe-no-fsync", *clients, *peers)


def _server(state: Path, store: str, port: int, token: str) -> tuple[str, ...]:
    secret_files.write(state / "tokens.csv", f"{token},administrator,administrator,system:masters\n")
    private, public = _service_account_key(state)
    return (
        f"--etcd-servers={store}",
        f"--bind-address={HOST}",
        f"--advertise-address={HOST}",
        f"--secure-port={port}",
        f"--cert-dir={state / 'certificates'}",
        f"--token-auth-file={state / 'tokens.csv'}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-signing-key-file={private}",
        f"--service-account-key-file={public}",
        "--authorization-mode=RBAC",
        "--service-cluster-ip-range=10.96.0.0/24",
        "--endpoint-reconciler-type=none",
        # Without it a privileged Pod is refused before PodSecurity sees it.
        "--allow-privileged=true",
        # Nobody makes the ServiceAccount `default` here: that is the controller manager's work.
        "--disable-admission-plugins=ServiceAccount",
    )


def _service_account_key(state: Path) -> tuple[Path, Path]:
    key = rsa.generate_private_key(65537, 2048)
    private, public = state / "service-account.key", state / "service-account.pub"
    secret_files.write(private, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public
