"""Random histories of the commands of all families, by several actors, over years."""

from datetime import date, datetime, timedelta

from hypothesis import strategies as st

from contracts.accounts import device_account, project_account
from contracts.actors import Account, Actor, Device
from contracts.catalog import DeliveredDevice, DeviceModel
from contracts.commands import Command
from contracts.commands.catalog import DefineDeviceModels
from contracts.commands.claims import ClaimDevice
from contracts.commands.corrections import ApproveCorrection, RejectCorrection
from contracts.commands.delivered_devices import RegisterDevices
from contracts.commands.devices import AllocateLicenses, DownloadLicenseFile, RecordLicenseFileDelivery
from contracts.commands.legacy import ConvertLegacyLicenses
from contracts.commands.projects import DeallocateLicenses
from contracts.commands.replacements import RecommissionDevice
from contracts.commands.returns import ReportSpentCertificate, ReturnLicenses
from contracts.commands.software_service import BuySoftwareService, ReleaseHeldLicenses
from contracts.commands.warranty import ExtendWarranty
from contracts.identifiers import derived_id
from contracts.legacy import convert, preview_digest
from ledger.domain.cold_state import LegacyHeld
from ledger.domain.state import Ledger, OpenClaimCode
from tests.support.ledger import histories_over_time as dated
from tests.support.ledger import (
    story,
    story_blocks,
    story_claims,
    story_company_imports,
    story_corrections,
    story_device_moves,
    story_invitations,
    story_legacy,
    story_license_file_downloads,
    story_members,
    story_projects,
    story_replacements,
)
from tests.support.ledger.histories_corrections import OLD, staff_commands
from tests.support.ledger.histories_main_job import KEYS, PROJECTS, commands
from tests.support.ledger.histories_members import people_commands
from tests.support.ledger.story import ADRIA, BORA, DEFAULT, HOTEL, NOON, OTHER_SERIAL, SERIAL
from tests.support.ledger.story_catalog import SMB, SMB9, define

Step = tuple[Actor | None, Command, datetime]

OF_STAFF = {
    *("issue-activation-key", "register-company", "define-license-types", "define-device-models", "register-devices"),
    *("block-activation-key", "block-device", "block-company"),
    *("unblock-activation-key", "unblock-device", "unblock-company"),
    *("propose-correction", "reject-correction", "release-return-limit", "import-legacy-licenses", "transfer-device"),
    *("propose-linked-corrections", "propose-delivery-correction", "release-test"),
    *("download-license-file", "register-legacy-keys", "replace-device", "recommission-device"),
}
STEADY = "009033010205"
"""A device that stays with its company in most histories, so that much happens to it."""
BROKEN, STAND_IN = "0090330102e0", "0090330102e1"
"""A device that is replaced from the beginning, and what stands in for it."""
NEW_COMPANY = derived_id("n", "company")

everybody: st.SearchStrategy[Actor] = st.sampled_from(
    [
        *(story.anna, story.ben, story.staff, story_corrections.second, story.box, story.other_box, story.operator),
        *(
            story_invitations.newcomer,
            story.ben,
            story_members.mia,
            story_members.gus,
            Account(account=story.ANNA, company=BORA),
        ),
    ]
)
others: st.SearchStrategy[Command] = st.sampled_from(
    [
        story.register(NEW_COMPANY, story.BEN),
        story.project("Spa", identity=derived_id("spa", "project")),
        story_blocks.block_company(BORA),
        story_blocks.unblock_company(BORA),
        story_invitations.invite(),
        story_invitations.uninvite(),
        story_invitations.join(),
        story_company_imports.offer_company(ADRIA, BORA),
        story_company_imports.withdraw_company(BORA),
        story_company_imports.take_over(BORA),
        DefineDeviceModels(models=(DeviceModel(model="IP6010", family="IP6"),), reference="CAT-2"),
        DefineDeviceModels(models=(DeviceModel(model="IP811", family="IP8", warranty_months=24),), reference="CAT-3"),
        RegisterDevices(
            devices=(DeliveredDevice(serial=OTHER_SERIAL, model="IP6010", delivered_on=date(2026, 6, 1)),),
            reference="DN-2",
        ),
    ]
)
serials = st.sampled_from([STEADY, STEADY, SERIAL, OTHER_SERIAL, story_replacements.SPARE, BROKEN])
projects = st.sampled_from(PROJECTS)
own = st.sampled_from([HOTEL, HOTEL, DEFAULT])
few = st.integers(1, 8)
ways = st.sampled_from([(HOTEL, DEFAULT), (HOTEL, DEFAULT), (DEFAULT, HOTEL)])
corrections = st.uuids(version=4).map(str)
places = [project_account(HOTEL), project_account(DEFAULT), device_account(STEADY)]
_HOTELS, _OWN, _ON_STEADY = places
LINES = (
    ((_HOTELS, "retired", "Port11"), ("issuance", project_account(story_device_moves.BORAS), "Port11")),
    ((_HOTELS, _OWN, "Port11"), (_HOTELS, "retired", "Port11"), ("issuance", _OWN, "Voicemail11")),
    ((_ON_STEADY, "retired", "Port11"), ("issuance", _ON_STEADY, "Voicemail11"), (_HOTELS, _ON_STEADY, "Channel")),
)
"""Lines that fit together: of two companies, of one account twice, of a device and its project."""


def linked(number: int, count: int, correction: str) -> Command:
    """Some of these lines, proposed as one."""
    wanted = (story_corrections.line(source, target, **{name: count}) for source, target, name in LINES[number])
    return story_corrections.propose_linked(*wanted, correction=correction)


digests = st.integers(0, 2**64).map(lambda number: f"{number:064x}")
old_keys = st.sampled_from(["0a" * 32, "0b" * 32, "0c" * 32, "0d" * 32])
codes = st.sampled_from(["e1" * 32, "e2" * 32])
often: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        lambda there, into: story_legacy.bring_in(there, into=into),
        st.sampled_from(OLD),
        st.sampled_from([HOTEL, HOTEL, DEFAULT]),
    ),
    st.builds(lambda on: story_legacy.bring_in({"Registrations": 3}, on=on, into=HOTEL), serials),
    st.builds(story_legacy.consent, serials),
    st.builds(story_legacy.listed, old_keys, st.sampled_from(OLD), st.sampled_from([None, ADRIA, BORA])),
    st.builds(story_legacy.old_key, old_keys, st.sampled_from([HOTEL, DEFAULT, story_device_moves.BORAS])),
    st.builds(
        lambda project: ConvertLegacyLicenses(project=project, preview_digest=dated.UNPRICED),
        st.sampled_from([HOTEL, DEFAULT]),
    ),
    st.builds(story.add, serials, projects),
    st.builds(lambda serial, n: story.allocate(serial, Port11=n), serials, few),
    st.builds(lambda serial, n: story.allocate(serial, **{SMB.license_type: n}), serials, few),
    st.builds(lambda serial, n: story.allocate(serial, **{SMB9.license_type: n}), serials, few),
    st.builds(lambda serial, n: story_projects.deallocate(serial, Port11=n), serials, st.integers(1, 2)),
    st.builds(lambda serial: story.deliver(1, 1, serial), serials),
    st.builds(lambda serial: story_license_file_downloads.download(1, 1, serial), serials),
    st.builds(lambda digest, serial: story.give_back(1, digest, serial), digests, serials),
    st.builds(story_device_moves.move, st.sampled_from([HOTEL, DEFAULT]), serials),
    st.builds(lambda way, held, n: story_projects.transfer(*way, held=held, Port11=n), ways, st.booleans(), few),
    st.builds(
        lambda source, target, correction, n: story_corrections.propose(source, target, correction, Port11=n),
        st.sampled_from(["issuance", *places]),
        st.sampled_from(["retired", *places]),
        corrections,
        few,
    ),
    st.builds(linked, st.integers(0, len(LINES) - 1), few, corrections),
    st.builds(
        story_corrections.propose_delivery,
        st.sampled_from(["2026-06-01", "2026-10-02", "2025-12-31"]),
        st.sampled_from(["IP811", "IP6010"]),
        serials,
        corrections,
    ),
    st.builds(story_corrections.approve, corrections),
    st.builds(story_corrections.reject, corrections),
    st.builds(lambda months: BuySoftwareService(project=HOTEL, months=months, preview=dated.UNPRICED), few),
    st.just(ReleaseHeldLicenses(project=HOTEL, preview=dated.UNPRICED)),
    st.builds(lambda key, n: story.issue(f"{key:064x}", Port11=n), st.integers(1, 40), few),
    st.builds(lambda n: story_projects.transfer(DEFAULT, HOTEL, **{SMB.license_type: n}), few),
    st.builds(lambda n: story_projects.transfer(HOTEL, DEFAULT, SSC=n), st.sampled_from([3, 20, 300])),
    st.builds(story_blocks.unblock_key, st.sampled_from(KEYS)),
    st.just(story_blocks.unblock_company(BORA)),
    st.builds(lambda key: story.redeem(f"{key:064x}"), st.integers(1, 40)),
    st.builds(ExtendWarranty, serial=st.just(STEADY), license_type=st.just("WE-12"), confirm_final=st.just(value=True)),
)
going: st.SearchStrategy[Command] = st.one_of(
    st.builds(story_device_moves.release, st.just(OTHER_SERIAL)),
    st.builds(story_device_moves.offer, st.just(BORA), st.just(OTHER_SERIAL)),
    st.builds(story_device_moves.accept, st.just(story_device_moves.BORAS), st.just(OTHER_SERIAL)),
    st.builds(story_device_moves.withdraw, st.just(OTHER_SERIAL)),
    st.builds(story_claims.code, projects, codes),
    st.builds(story_claims.withdraw_code, projects, codes),
    st.builds(story_claims.claim, st.just(OTHER_SERIAL), codes),
    st.builds(
        story_replacements.replace,
        st.sampled_from([OTHER_SERIAL, SERIAL, STEADY]),
        st.sampled_from([story_replacements.SPARE, OTHER_SERIAL]),
        st.sampled_from(["RMA-1", "RMA-2"]).map(lambda name: f"{name}-2026"),
    ),
    st.builds(
        story_replacements.recommission,
        st.sampled_from([OTHER_SERIAL, SERIAL, BROKEN]),
        st.sampled_from([1, 1, 2]),
        digests,
    ),
)
rest = st.one_of(commands, people_commands, staff_commands, dated.plain, others)
anything = st.one_of(rest, dated.plain, *(often, going) * 4)


days = st.sampled_from([0, 0, 0, 1, 3, 30])
steps: st.SearchStrategy[tuple[Actor | None, Command, int]] = st.one_of(
    st.tuples(st.none(), anything, days),
    st.tuples(st.none(), anything, days),
    st.tuples(st.none(), anything, days),
    st.tuples(everybody, anything, days),
    st.tuples(st.sampled_from([story_members.gus, story_members.mia, story.ben]), st.one_of(often, going), days),
)
"""Nobody named means somebody who may: without that hardly any history gets anywhere."""
LINKED: list[tuple[Actor | None, Command, int]] = [
    (None, story.allocate(STEADY, Port11=4), 0),
    *(
        (None, command, 0)
        for number in range(len(LINES))
        for command in (linked(number, 2, derived_id(str(number), "linked")), story_corrections.approve())
    ),
]
"""A history in which all of them are approved."""
histories = st.lists(steps, min_size=80, max_size=160)


def whoever_may(ledger: Ledger, command: Command) -> Actor:
    """Somebody who is likely to be allowed this command by now."""
    match command:
        case ApproveCorrection():
            return story_corrections.second
        case ClaimDevice() | ReportSpentCertificate():
            return Device(serial=command.serial, certificate_sha256=story.CERTIFICATE)
        case _ if command.name in OF_STAFF:
            return story.staff
        case _:
            company = _company(ledger, command)
            return Account(account=min(ledger.companies[company].administrators), company=company)


def _company(ledger: Ledger, command: Command) -> str:
    said: dict[str, str] = command.model_dump(include={"company", "project", "source", "serial"})
    if command.name in {"add-member", "remove-member", "offer-company", "withdraw-company-offer"}:
        return ADRIA if said["company"] in ledger.cold.imported else said["company"]
    device = ledger.devices.get(said.get("serial") or "")
    project = said.get("project") or said.get("source") or (device.project if device else DEFAULT)
    return ledger.projects[project].company if project in ledger.projects else ADRIA


BEGINNING: list[tuple[Actor, Command]] = [
    *dated.BEGINNING,
    (
        story.staff,
        RegisterDevices(
            devices=(
                DeliveredDevice(serial=STEADY, model="IP811", delivered_on=date(2026, 11, 1), delivered_to=ADRIA),
            ),
            reference="DN-3",
        ),
    ),
    (story.anna, story.add(STEADY)),
    (story.anna, story.add(BROKEN)),
    (story.staff, story_replacements.replace(BROKEN, STAND_IN, "RMA-0-2026")),
    (story.staff, story.issue("e7" * 32, **{"Port11": 90, "WE-12": 9, "SSC": 40, "Channel": 9})),
    (story.anna, story.redeem("e7" * 32)),
    (story.staff, story_members.member(story_corrections.SECOND, story.VENDOR, administrator=True)),
    (story.anna, story_members.member()),
    (story.ben, story_members.member(story_members.GUS, BORA)),
    (story.anna, story_members.grant(story_members.GUS, BORA, "licenses", "rights")),
    (story.anna, story_members.grant(story_members.GUS, BORA, "licenses", project=DEFAULT)),
    (story.anna, story_members.grant(story_members.MIA, story.ADRIA, "return", "service", "test")),
    (story.anna, story.add(OTHER_SERIAL, DEFAULT)),
    (story.staff, story.issue("e6" * 32, Port11=40, Voicemail11=5, Channel=5, SSC=60)),
    (story.anna, story.redeem("e6" * 32, DEFAULT)),
    (story.staff, define(SMB, SMB9)),
    (story.staff, story.issue("e4" * 32, **{SMB.license_type: 30, SMB9.license_type: 30})),
    (story.anna, story.redeem("e4" * 32, DEFAULT)),
    (story.anna, BuySoftwareService(project=HOTEL, months=12, preview=dated.UNPRICED)),
    (story.anna, story_projects.transfer(SSC=300)),
    (story.staff, story.issue("e8" * 32, Port11=30)),
    (story.anna, story.redeem("e8" * 32)),
]
"""Service runs in the hotel until its credits are nearly used up, and 30 ports wait as held."""


def moments(history: list[tuple[Actor | None, Command, int]]) -> list[Step]:
    """Each command with its time: so many days after the one before."""
    at, found = NOON, list[Step]((actor, command, NOON) for actor, command in BEGINNING)
    for actor, command, days in history:
        at += timedelta(days=days)
        found.append((actor, command, at))
    return found


def as_seen(ledger: Ledger, command: Command, now: datetime) -> Command:
    """The command about what is there at the moment, with its price, as one who just looked would send it."""
    match command:
        case ConvertLegacyLicenses():
            return _converting(ledger, command)
        case ReturnLicenses(generation=1) if command.serial in ledger.devices:
            return command.model_copy(update={"generation": ledger.devices[command.serial].generation})
        case RecommissionDevice(generation=1) if ledger.cold.replaced:
            serial = min(ledger.cold.replaced)
            generation = ledger.cold.replaced[serial].generation - 1
            return command.model_copy(update={"serial": serial, "generation": generation})
        case AllocateLicenses(project=project) | DeallocateLicenses(project=project) if project == HOTEL:
            device = ledger.devices.get(command.serial)
            return command.model_copy(update={"project": device.project}) if device else command
        case ApproveCorrection() | RejectCorrection():
            waiting = [one for one, proposal in ledger.cold.corrections.items() if proposal]
            return command.model_copy(update={"correction": min(waiting, default=command.correction)})
        case ClaimDevice():
            still = [code for code, known in ledger.claim_codes.items() if isinstance(known, OpenClaimCode)]
            return command.model_copy(update={"code_digest": min(still, default=command.code_digest)})
        case RecordLicenseFileDelivery() | DownloadLicenseFile() if command.serial in ledger.devices:
            device = ledger.devices[command.serial]
            return command.model_copy(update={"generation": device.generation, "issue": device.issue})
        case _:
            return dated.priced(ledger, command, now)


def _converting(ledger: Ledger, command: ConvertLegacyLicenses) -> Command:
    old = ledger.cold.legacy.get(project_account(command.project), LegacyHeld()).licenses
    new = convert(old)
    digest = preview_digest(command.project, old, new) if isinstance(new, dict) else command.preview_digest
    return command.model_copy(update={"preview_digest": digest})
