"""Which histories an event belongs to."""

from contracts.identifiers import default_project_of
from contracts.log.subjects import COMPANY, concerns, named
from tests.support.ledger import ledger_log as log


def test_an_event_concerns_what_its_fields_name_wherever_they_stand() -> None:
    assert concerns(log.added(log.device(issue=1))) == {
        f"companies/{log.ADRIA}",
        f"projects/{log.HOTEL}",
        f"devices/{log.SERIAL}",
    }
    assert concerns(log.redeemed("k", log.port(1))) == {
        f"companies/{log.ADRIA}",
        f"projects/{log.HOTEL}",
        f"activation-keys/{log.digest('k')}",
    }


def test_a_company_and_its_default_project_are_concerned_by_its_registration() -> None:
    assert concerns(log.registered()) == {f"companies/{log.ADRIA}", f"projects/{default_project_of(log.ADRIA)}"}
    assert f"companies/{log.VENDOR}" in concerns(log.founded())


def test_names_that_only_look_alike_are_not_followed() -> None:
    assert concerns(log.project()) == {f"companies/{log.ADRIA}", f"projects/{log.HOTEL}"}
    assert concerns(log.key("k")) == {f"activation-keys/{log.digest('k')}"}


def test_the_companies_are_told_by_their_ids() -> None:
    assert named(concerns(log.project()), COMPANY) == [log.ADRIA]
    assert named(concerns(log.key("k")), COMPANY) == []
