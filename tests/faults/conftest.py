"""What walks of runbooks share: a Prometheus that watches the running stack, and what is measured outside of it."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from dev.kubernetes.services import SERVICES
from dev.stack.cli import Stack
from dev.stack.parts import Kit
from dev.stack.postgres import account
from tests.support.platform_exporter import BROKERS, DATABASES, Platform, exporting
from tests.support.prometheus import Prometheus, watching
from tests.support.walks import Walking, walked


@pytest.fixture(scope="module")
def platform(kit: Kit) -> Platform:
    volumes = {BROKERS: kit.state / "kafka", DATABASES: account.home(kit.state / "postgres") / "data"}
    return Platform(kit, volumes, {"kafka-listener": "kafka"})


@pytest.fixture(scope="module")
def prometheus(kit: Kit, platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    folder = tmp_path_factory.mktemp("prometheus")
    with exporting(platform) as outside, watching(Stack(kit.state), folder, outside) as prometheus:
        prometheus.until("licensing_ready == 1", lambda said: len(said) == len(SERVICES))
        yield prometheus


@pytest.fixture
def walk(kit: Kit, prometheus: Prometheus, tmp_path: Path) -> Walking:
    """`with walk("LicensingProcessAway") as walk:` begins the walk of an alert."""
    return partial(walked, kit, prometheus, folder=tmp_path)
