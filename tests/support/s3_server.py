"""A server that speaks S3, for as long as a test needs it."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from moto.server import ThreadedMotoServer

from runtime.blobs.s3 import s3_client


@contextmanager
def s3_server(bucket: str) -> Generator[str]:
    """Where it answers (host:port), with one empty bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    s3_client(f"{host}:{port}", "key", "secret", secure=False).make_bucket(bucket)
    yield f"{host}:{port}"
    server.stop()


def s3_settings(address: str, folder: Path) -> dict[str, Any]:
    """The settings of a process that uses it; the secret lies in the folder."""
    secret = folder / "s3-secret"
    secret.touch(mode=0o600)
    secret.write_text("secret")
    return {"s3_endpoint": address, "s3_access_key": "key", "s3_secret_key_file": secret, "s3_secure": False}
