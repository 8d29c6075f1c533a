"""An API server on loopback with an empty store, for as long as it is entered."""

import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from dev.kubernetes.cluster import binaries
from dev.kubernetes.cluster.kubectl import Kubectl, write_config
from dev.stack import secret_files
from dev.stack.ports import HOST, Ports
from dev.stack.process import Process, Program

START_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class ApiServer:
    """A running one, with what its controllers need."""

    kubectl: Kubectl
    state: Path
    account_key: Path


@contextmanager
def running(state: Path) -> Generator[ApiServer]:
    """Start store and server, and end them in the opposite order."""
    built, ports = binaries.folder(), Ports(state / "ports.json")
    etcd, server = (Process(name, state, stop_seconds=20.0) for name in ("etcd", "kube-apiserver"))
    store = f"http://{HOST}:{ports.port('etcd')}"
    peer = f"http://{HOST}:{ports.port('etcd-peer')}"
    token, certificate = secrets.token_hex(16), state / "certificates" / "apiserver.crt"
    kubeconfig, account_key = state / "kubeconfig", state / "service-account.key"
    write_config(kubeconfig, address=f"https://{HOST}:{ports.port('api')}", token=token, certificate=certificate)
    api = ApiServer(Kubectl(kubeconfig), state, account_key)
    try:
        etcd.spawn(Program((str(built / "etcd"), *_etcd(state, store, peer)), {}))
        server.spawn(Program((str(built / "kube-apiserver"), *_server(api, store, ports.port("api"), token)), {}))
        server.wait_until(
            lambda: certificate.exists() and api.kubectl.run("get", "--raw", "/readyz").well,
            seconds=START_SECONDS,
            progress=print,
        )
        yield api
    finally:
        server.stop()
        etcd.stop()


def _etcd(state: Path, client: str, peer: str) -> tuple[str, ...]:
    clients = (f"--listen-client-urls={client}", f"--advertise-client-urls={client}")
    peers = (f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}", f"--initial-cluster=default={peer}")
    return (f"--data-dir={state / 'etcd'}", "--unsafe-no-fsync", *clients, *peers)


def _server(api: ApiServer, store: str, port: int, token: str) -> tuple[str, ...]:
    secret_files.write(api.state / "tokens.csv", f"{token},administrator,administrator,system:masters\n")
    return (
        f"--etcd-servers={store}",
        f"--bind-address={HOST}",
        f"--advertise-address={HOST}",
        f"--secure-port={port}",
        f"--cert-dir={api.state / 'certificates'}",
        f"--token-auth-file={api.state / 'tokens.csv'}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-signing-key-file={api.account_key}",
        f"--service-account-key-file={_public_key(api.account_key)}",
        "--authorization-mode=RBAC",
        "--service-cluster-ip-range=10.96.0.0/24",
        "--endpoint-reconciler-type=none",
        # Without it a privileged Pod is refused before PodSecurity sees it.
        "--allow-privileged=true",
    )


def _public_key(account_key: Path) -> Path:
    """Make the key that tokens of ServiceAccounts are signed with; the file with its public half."""
    key, public = rsa.generate_private_key(65537, 2048), account_key.with_suffix(".pub")
    secret_files.write(account_key, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return public
