"""Random histories of everything that has a date, by several actors, over years."""

from datetime import date, datetime, timedelta

from hypothesis import strategies as st

from contracts.actors import Actor
from contracts.catalog import DeliveredDevice, DeviceModel, LicenseTypeFacts
from contracts.commands import Command
from contracts.commands.catalog import DefineDeviceModels, DefineLicenseTypes
from contracts.commands.delivered_devices import RegisterDevices
from contracts.commands.devices import RecordLicenseFileDelivery
from contracts.commands.projects import DeallocateLicenses, MoveLicenses
from contracts.commands.software_service import BuySoftwareService, ReleaseHeldLicenses, UpgradeLicenses
from contracts.commands.test_licenses import IssueTestLicenses
from contracts.commands.warranty import ExtendWarranty
from contracts.dates import civil_day
from ledger.domain.software_service import facts_of
from ledger.domain.software_service_quotes import quote_months, quote_release
from ledger.domain.state import Ledger
from tests.support.ledger import story
from tests.support.ledger.histories_main_job import KEYS, PROJECTS, actors, serials
from tests.support.ledger.story import DEFAULT, HOTEL, NOON, OTHER_SERIAL, SERIAL

TYPES = ("Port9", "Port11", "Fax10", "Channel", "SSC", "WE-12", "WE-48")
PORT12 = LicenseTypeFacts(license_type="Port12", license_class="pbx", family="Port", version=12, weight=2)
UNPRICED = "0" * 64

counts = st.dictionaries(st.sampled_from(TYPES), st.integers(1, 60), min_size=1)
plain: st.SearchStrategy[Command] = st.one_of(
    st.builds(lambda key, n: story.issue(key, **n), st.sampled_from(KEYS), counts),
    st.builds(story.redeem, st.sampled_from(KEYS), st.sampled_from([HOTEL, HOTEL, *PROJECTS])),
    st.builds(story.add, serials, st.sampled_from(PROJECTS)),
    st.builds(lambda serial, n: story.allocate(serial, HOTEL, **n), serials, counts),
    st.builds(lambda generation, serial: story.give_back(generation, f"{generation:064x}", serial),
              st.integers(1, 4), serials),
    st.builds(lambda months: BuySoftwareService(project=HOTEL, months=months, preview=UNPRICED), st.integers(1, 24)),
    st.just(ReleaseHeldLicenses(project=HOTEL, preview=UNPRICED)),
    st.builds(lambda serial, version: UpgradeLicenses(project=HOTEL, serial=serial, version=version),
              st.sampled_from([None, SERIAL, OTHER_SERIAL]), st.sampled_from([10, 11, 12])),
    st.builds(lambda serial: story.deliver(1, 1, serial), serials),
    st.builds(lambda serial, n: DeallocateLicenses(project=HOTEL, serial=serial, licenses=story.licenses(**n)),
              serials, counts),
    st.builds(lambda serial, count: IssueTestLicenses(serial=serial, version=11, count=count),
              serials, st.integers(1, 9)),
    st.builds(lambda serial, name: ExtendWarranty(serial=serial, license_type=name, confirm_final=True),
              serials, st.sampled_from(["WE-12", "WE-48"])),
    st.builds(lambda way, held, n: MoveLicenses(source=way[0], target=way[1], licenses=story.licenses(**n), held=held),
              st.sampled_from([(HOTEL, DEFAULT), (DEFAULT, HOTEL)]), st.booleans(), counts),
    st.just(DefineLicenseTypes(license_types=(PORT12,), reference="CAT-12")),
)  # fmt: skip


def by_whom_it_may(command: Command) -> Actor:
    """Most commands come from somebody who is allowed them; without that hardly any history gets anywhere."""
    return story.staff if command.name in {"issue-activation-key", "define-license-types"} else story.anna


steps = st.one_of(
    *(st.builds(lambda command, days: (by_whom_it_may(command), command, days), plain, st.integers(0, 90)),) * 4,
    st.tuples(actors, plain, st.integers(0, 200)),
)
histories = st.lists(steps, min_size=15, max_size=60)

BEGINNING: list[tuple[Actor, Command]] = [
    (story.operator, story.found()),
    (story.staff, story.register()),
    (story.staff, story.register(story.BORA, story.BEN)),
    (story.anna, story.project()),
    (story.staff, story.issue("e5" * 32, **{"Port9": 40, "SSC": 400, "WE-12": 9, "Fax10": 3})),
    (story.anna, story.redeem("e5" * 32)),
    (story.anna, story.add()),
    (story.staff, DefineDeviceModels(models=(DeviceModel(model="IP811", family="IP8"),), reference="CAT-1")),
    (
        story.staff,
        RegisterDevices(
            devices=(
                DeliveredDevice(serial=SERIAL, model="IP811", delivered_on=date(2026, 5, 20), delivered_to=story.ADRIA),
            ),
            reference="DN-1",
        ),
    ),
]


def moments(history: list[tuple[Actor, Command, int]]) -> list[tuple[Actor, Command, datetime]]:
    """Each command with its time: so many days after the one before."""
    at, found = NOON, [(actor, command, NOON) for actor, command in BEGINNING]
    for actor, command, days in history:
        at += timedelta(days=days)
        found.append((actor, command, at))
    return found


def priced(ledger: Ledger, command: Command, now: datetime) -> Command:
    """The command with the price or the file of the moment, as one who just looked would send it."""
    today = civil_day(now)
    match command:
        case BuySoftwareService():
            quote = quote_months(facts_of(ledger, command.project), command.months, today)
            return command.model_copy(update={"preview": quote.digest()}) if quote else command
        case ReleaseHeldLicenses():
            return command.model_copy(
                update={"preview": quote_release(facts_of(ledger, command.project), today).digest()}
            )
        case RecordLicenseFileDelivery() if command.serial in ledger.devices:
            device = ledger.devices[command.serial]
            return command.model_copy(update={"generation": device.generation, "issue": device.issue})
        case _:
            return command
