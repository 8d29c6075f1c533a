"""What queries about the past are taken."""

from datetime import UTC, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from ledger.application.queries.ledger_queries import Queries
from runtime.web.as_of import parse_as_of
from runtime.web.problems import Refused
from tests.support.ledger.api_in_memory import PROJECT, Api, NoRows, problem


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1174", 1174),
        ("2026-11-24", datetime(2026, 11, 24, 22, 59, 59, 999_999, tzinfo=UTC)),
        ("2026-07-01", datetime(2026, 7, 1, 21, 59, 59, 999_999, tzinfo=UTC)),
        ("2026-11-24T09:00:00Z", datetime(2026, 11, 24, 9, 0, tzinfo=UTC)),
        ("2026-11-24T09:00:00.5+01:00", datetime(2026, 11, 24, 8, 0, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_the_past_is_an_entry_or_the_end_of_a_day_in_berlin_or_a_moment(text: str, meant: int | datetime) -> None:
    assert parse_as_of(text) == meant


@pytest.mark.parametrize(
    "text",
    ["", "0", "-1", "x", "2147483648", "2026-02-30", "9999-12-31", "2026-11-24T09:00:00", "2026-11-24T25:00:00Z", "٣"],
)
def test_what_is_no_point_in_the_past_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        parse_as_of(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-24T09:00:00.1234567Z", datetime(2026, 11, 24, 9, 0, 0, 123_456, tzinfo=UTC)),
        ("2026-11-24T09:00:00.123456789+01:00", datetime(2026, 11, 24, 8, 0, 0, 123_456, tzinfo=UTC)),
        ("2026-11-24t09:00:00z", datetime(2026, 11, 24, 9, tzinfo=UTC)),
        ("2026-11-24T10:00:00 01:00", datetime(2026, 11, 24, 9, tzinfo=UTC)),
        ("2026-11-24 10:00:00+01:00", datetime(2026, 11, 24, 9, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_as_clients_write_it(text: str, moment: datetime) -> None:
    assert parse_as_of(text) == moment


@pytest.mark.parametrize("query", [f"projects/{PROJECT}/balance?as_of={n}" for n in (7, 20261124, 2**31 - 1)])
async def test_an_entry_that_is_not_written_yet_is_no_past_and_asking_again_does_not_help(query: str) -> None:
    response = await Api().get(f"/v1/{query}")

    assert problem(response) == (422, "entry_to_come")
    assert "a day such as 2026-11-24" in response.json()["detail"]
    assert response.json()["reached"] == 0


async def test_an_export_behind_an_entry_that_is_not_there_says_so() -> None:
    assert problem(await Api().get("/v1/exports/movements?after=2000000000")) == (422, "entry_to_come")


async def test_an_entry_that_was_named_a_moment_ago_is_waited_for() -> None:
    """A refusal names the entry that the ledger stood at, and rows may be a moment behind."""

    class Behind(NoRows):
        reached = 6

        async def position(self) -> int:
            self.reached += 1
            return self.reached - 1

    response = await Api(cast("Queries", Behind())).get(f"/v1/projects/{PROJECT}/balance?as_of=7")

    assert problem(response) == (404, "project_unknown")


@pytest.mark.parametrize(("days", "passed"), [(-1, "true"), (0, "false"), (30, "false")])
async def test_the_answer_about_a_day_says_whether_it_has_ended(days: int, passed: str) -> None:
    api = Api()
    day = (api.now.astimezone(ZoneInfo("Europe/Berlin")) + timedelta(days=days)).date()

    response = await api.get(f"/v1/projects/{PROJECT}/balance?as_of={day}")

    assert response.headers["x-as-of-passed"] == passed
    assert "x-as-of-passed" not in (await api.get(f"/v1/projects/{PROJECT}/balance")).headers


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"projects/{PROJECT}/balance?as_of=never", (422, "request_invalid")),
        (f"projects/{PROJECT}/balance/why", (422, "request_invalid")),
        (f"projects/{PROJECT}/balance/why?license_type=port", (422, "request_invalid")),
        (f"projects/{PROJECT}/balance/why?license_type=Port11", (404, "project_unknown")),
        ("projects/x/history", (404, "project_unknown")),
        ("devices/009033010203/history", (404, "device_unknown")),
        ("companies/x/history", (404, "company_unknown")),
        ("activation-keys/x", (404, "key_unknown")),
        (f"activation-keys/{'a' * 64}/history", (404, "key_unknown")),
        ("activation-keys", (403, "no_right")),
        ("devices?serial=x", (422, "serial_malformed")),
        ("devices?cursor=eA", (422, "request_invalid")),
        ("devices?project=x", (404, "project_unknown")),
        (f"projects/{PROJECT}/balance?as_off=7", (422, "request_invalid")),
    ],
)
async def test_what_is_not_there_or_not_asked_properly_is_refused(path: str, expected: tuple[int, str]) -> None:
    assert problem(await Api().get(f"/v1/{path}")) == expected


async def test_a_refusal_of_the_ledger_says_which_entry_it_rests_on() -> None:
    api = await Api().founded()

    refused = await api.post(f"/v1/projects/{PROJECT}/devices", {"serial": "009033010203"})

    assert problem(refused) == (404, "project_unknown")
    assert refused.json()["at_sequence"] == 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"project={PROJECT}&device=009033010203", (422, "request_invalid")),
        (f"company={PROJECT}&project={PROJECT}", (422, "request_invalid")),
        ("types=licensing.ledger.licenses-lost.v1", (422, "request_invalid")),
        ("types=licenses-allocated", (422, "request_invalid")),
        ("&".join(["types=licensing.ledger.project-created.v1"] * 21), (422, "request_invalid")),
        ("order=random", (422, "request_invalid")),
        ("after=-1", (422, "request_invalid")),
        ("after=2147483648", (422, "request_invalid")),
        ("after=2147483647", (422, "entry_to_come")),
        ("cursor=MTE3NA", (422, "request_invalid")),
        ("project=x", (404, "project_unknown")),
        (f"project={PROJECT}", (404, "project_unknown")),
        ("device=x", (422, "serial_malformed")),
        ("device=009033010203", (404, "device_unknown")),
        (f"company={PROJECT}", (404, "company_unknown")),
    ],
)
async def test_a_feed_that_is_not_asked_for_properly_is_refused(query: str, expected: tuple[int, str]) -> None:
    assert problem(await Api().get(f"/v1/entries?{query}")) == expected
