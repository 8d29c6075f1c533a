import pytest

from contracts.commands.companies import RegisterCompany
from contracts.events.companies import CompanyRegistered, ProjectCreated
from contracts.identifiers import derived_id
from contracts.licenses import LicenseClass, LicenseTypeDefinition
from tests.support.ledger import story
from tests.support.ledger.story import (
    ADRIA,
    ANNA,
    DEFAULT,
    HOTEL,
    Story,
    a_founded_ledger,
    a_project,
    anna,
    ben,
    found,
    operator,
    project,
    register,
    staff,
)
from tests.support.ledger.story_company_imports import CASAS, by_accident


def test_nothing_can_be_asked_of_a_ledger_that_is_not_founded() -> None:
    Story().when(staff, register()).refused("ledger_not_founded")


def test_a_ledger_is_founded_once() -> None:
    a_founded_ledger().when(operator, found()).refused("ledger_already_founded")


@pytest.mark.parametrize(
    "catalog",
    [
        {"Port0": "pbx"},
        {"WE-0": "warranty"},
        {"WE-99": "warranty"},
        {"Warranty": "warranty"},
        {"SSC2": "service"},
        {"Port8": "pbx", "Port08": "pbx"},
    ],
)
def test_a_ledger_is_not_founded_with_types_that_no_later_definition_may_have(
    catalog: dict[str, LicenseClass],
) -> None:
    types = tuple(LicenseTypeDefinition(license_type=name, license_class=of) for name, of in catalog.items())
    wrong = found().model_copy(update={"catalog": types})
    Story().when(operator, wrong).refused("license_type_inconsistent", license_type=types[-1].license_type)


def test_only_an_operator_founds_a_ledger() -> None:
    Story().when(staff, found()).refused("no_right")


def test_a_new_company_has_a_project_named_default() -> None:
    event = a_founded_ledger().when(staff, register()).accepted()
    assert isinstance(event, CompanyRegistered)
    assert event.default_project == DEFAULT


def test_a_partner_cannot_register_a_reseller() -> None:
    a_project().when(anna, register(derived_id("x", "company"))).refused("no_right")


def test_anybody_registers_an_end_customer_of_their_own() -> None:
    command = RegisterCompany(company=ADRIA, kind="end_customer", administrator=ANNA)
    a_founded_ledger().when(anna, command).accepted()


def test_nobody_becomes_the_vendor_by_registering() -> None:
    command = RegisterCompany(company=ADRIA, kind="vendor", administrator=ANNA)
    a_founded_ledger().when(staff, command).refused("no_right")


def test_a_company_whose_default_project_somebody_opened_first_is_not_registered() -> None:
    story = a_project().given((anna, project("Mine", identity=CASAS)))
    story.when(staff, by_accident()).refused("project_exists")
    assert story.ledger.projects[CASAS].company == ADRIA


def test_a_company_is_registered_once() -> None:
    a_project().when(staff, register()).refused("company_exists")


def test_an_administrator_opens_a_project() -> None:
    event = a_founded_ledger().given((staff, register())).when(anna, project()).accepted()
    assert event == ProjectCreated(company=ADRIA, project=HOTEL, project_name="Hotel Adria")


def test_a_stranger_does_not_learn_that_the_company_exists() -> None:
    a_project().when(ben, project("Spa", identity=derived_id("spa", "project"))).refused("company_unknown")


def test_two_projects_of_a_company_cannot_share_a_name_in_any_case() -> None:
    other = derived_id("other", "project")
    a_project().when(anna, project("HOTEL adria", identity=other)).refused(
        "project_name_taken", project_name="HOTEL adria"
    )


@pytest.mark.parametrize("name", ["Hotel  Adria", "Hotel\u00a0Adria", "hotel\u3000 adria"])
def test_two_projects_of_a_company_cannot_share_a_name_with_other_blanks(name: str) -> None:
    other = derived_id("other", "project")
    a_project().when(anna, project(name, identity=other)).refused("project_name_taken", project_name=name)


def test_composed_letters_are_the_same_as_letters_with_accents() -> None:
    told = a_project().given((anna, project("Caf\u00e9", identity=derived_id("cafe", "project"))))
    name = "CAFE\u0301"
    told.when(anna, project(name, identity=derived_id("other", "project"))).refused(
        "project_name_taken", project_name=name
    )


def test_default_is_a_name_that_every_company_uses_already() -> None:
    a_project().when(anna, project("Default", identity=story.DIGEST[:8] + "-0000-4000-8000-000000000000")).refused(
        "project_name_taken", project_name="Default"
    )


def test_another_company_may_use_the_same_project_name() -> None:
    a_project().when(ben, project(company=story.BORA, identity=derived_id("other", "project"))).accepted()


def test_an_id_names_one_project_for_ever() -> None:
    a_project().when(anna, project("Hotel Bora")).refused("project_exists")
