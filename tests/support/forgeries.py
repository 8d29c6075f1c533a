"""For each law a command that would break it, and what a writer without the rule would make of the command.

`happened` is what the ledger's entries say, `believed` what a writer that lacks the rule, or is wrong, takes for them:
the entry that it makes there for `asked` is the forged one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.actors import Actor
from contracts.catalog import LicenseTypeFacts
from contracts.commands import Command
from contracts.commands.companies import FoundLedger
from contracts.commands.legacy import ConvertLegacyLicenses
from contracts.commands.software_service import BuySoftwareService
from contracts.events import Event
from contracts.events.catalog import LicenseTypesDefined
from contracts.events.companies import LedgerFounded
from contracts.identifiers import default_project_of, derived_id
from contracts.licenses import LicenseClass, LicenseTypeDefinition, Lot
from signer.domain.laws import Law
from tests.support.ledger import story_set_aside
from tests.support.ledger.histories_over_time import UNPRICED, priced
from tests.support.ledger.story import (
    ADRIA,
    ANNA,
    BEN,
    BORA,
    DEFAULT,
    HOTEL,
    NOON,
    ON_DEVICE,
    OTHER_KEY,
    OTHER_SERIAL,
    PLACE,
    SERIAL,
    STAFF,
    VENDOR,
    Story,
    add,
    allocate,
    anna,
    ben,
    box,
    deliver,
    found,
    give_back,
    issue,
    operator,
    other_box,
    project,
    redeem,
    register,
    staff,
)
from tests.support.ledger.story_catalog import MODEL, define, delivered_to, models
from tests.support.ledger.story_catalog import register as register_delivery
from tests.support.ledger.story_claims import claim, code
from tests.support.ledger.story_company_imports import CASA, CASAS, by_accident, cleo, offer_company, take_over
from tests.support.ledger.story_corrections import SECOND, approve, propose, reject, second
from tests.support.ledger.story_device_moves import BORAS, accept, offer, release
from tests.support.ledger.story_legacy import bring_in, consent, convert_as_seen, listed
from tests.support.ledger.story_members import grant, member
from tests.support.ledger.story_projects import archive, deallocate, transfer
from tests.support.ledger.story_replacements import SPARE, recommission, replace
from tests.support.ledger.story_software_service import upgrade
from tests.support.ledger.story_test_licenses import ask
from tests.support.ledger.story_warranty import KEY as WARRANTY_KEY
from tests.support.ledger.story_warranty import extend

Step = tuple[Actor, Command]
Steps = Sequence[Step]

BEGINNING: Steps = ((operator, found()), (staff, register()), (staff, register(BORA, BEN)), (anna, project()))


@dataclass(frozen=True, slots=True)
class Forgery:
    """`code` is the refusal of the ledger; without one it takes the command, and makes another entry of it.

    `makes` changes the entry of the believing writer, or stands in its place where no belief allows the command.
    """

    law: Law
    code: str | None
    happened: Steps
    believed: Steps
    asked: Step
    beginning: Steps = BEGINNING
    believed_now: datetime = NOON
    makes: Callable[[Event], Event] | Event | None = None

    def entry(self) -> tuple[Step, Event]:
        """The command as its sender sees it, and the entry that would come of it."""
        story = told((*self.beginning, *self.believed), self.believed_now)
        step = seen(story, self.asked)
        if self.makes is not None and not callable(self.makes):
            return step, self.makes
        event = story.when(*step).accepted()
        return step, self.makes(event) if self.makes else event

    def history(self) -> tuple[Story, list[Event]]:
        """The ledger as it is, and its events."""
        story = Story()
        return story, [_done(story, step) for step in (*self.beginning, *self.happened)]


def told(steps: Steps, now: datetime = NOON) -> Story:
    """A ledger in which these steps were accepted."""
    story = Story(now=now)
    for step in steps:
        _done(story, step)
    return story


def seen(story: Story, step: Step) -> Step:
    """The command with the digest of the preview of the moment."""
    actor, command = step
    if isinstance(command, ConvertLegacyLicenses):
        return actor, convert_as_seen(story, command.project)
    return actor, command if isinstance(command, FoundLedger) else priced(story.ledger, command, story.now)


def _done(story: Story, step: Step) -> Event:
    return story.when(*seen(story, step)).accepted()


def _type(license_class: LicenseClass) -> LicenseTypeFacts:
    return LicenseTypeFacts(license_type="Fancy11", license_class=license_class, family="Fancy", version=11)


def _changed(**changes: object) -> Callable[[Event], Event]:
    return lambda event: event.model_copy(update=changes)


def _lot(name: str, count: int) -> Lot:
    return Lot(license_type=name, license_class="pbx", count=count)


SPA = derived_id("spa", "project")
STOCK: Steps = ((staff, issue(Port11=50, SSC=50)), (anna, redeem()), (anna, add()))
OLD_STOCK: Steps = ((staff, issue(Port9=10, SSC=50)), (anna, redeem()))
EXTENSIONS: Steps = (
    (staff, WARRANTY_KEY),
    (anna, redeem()),
    (anna, add()),
    (staff, models(MODEL)),
    (staff, register_delivery(delivered_to(ADRIA))),
)
OWNED: Steps = (EXTENSIONS[-2], EXTENSIONS[-1])
"""The vendor delivered the device to the company."""
LOADED: Steps = (*STOCK, (anna, allocate(Port11=20)))
TWO_CLERKS: Steps = ((staff, member(SECOND, VENDOR, administrator=True)),)
PROPOSED: Steps = (*STOCK, *TWO_CLERKS, (staff, propose("issuance", PLACE, Port11=5)))
SERVICE = BuySoftwareService(project=HOTEL, months=12, preview=UNPRICED)
CONVERT = ConvertLegacyLicenses(project=HOTEL, preview_digest="0" * 64)
OFFERED: Steps = ((staff, by_accident()), (cleo, offer_company()))
VERSION_ZERO = (LicenseTypeDefinition(license_type="Port0", license_class="pbx"),)

FORGERIES: tuple[Forgery, ...] = (
    Forgery(
        "account_negative",
        "insufficient_balance",
        happened=((staff, issue(Port11=5)), (anna, redeem()), (anna, add())),
        believed=STOCK,
        asked=(anna, allocate(Port11=20)),
    ),
    Forgery(
        "license_type_unknown",
        "license_type_unknown",
        happened=(),
        believed=((staff, define(_type("pbx"))),),
        asked=(staff, issue(Fancy11=1)),
    ),
    Forgery(
        "license_class_wrong",
        None,
        happened=((staff, define(_type("pbx"))),),
        believed=((staff, define(_type("gateway"))),),
        asked=(staff, issue(Fancy11=1)),
    ),
    Forgery(
        "license_type_changed",
        "license_type_fixed",
        happened=((staff, define(_type("pbx"))),),
        believed=(),
        asked=(staff, define(_type("gateway"))),
    ),
    Forgery(
        "lots_repeated",
        "license_type_repeated",
        happened=(),
        believed=(),
        asked=(staff, define(_type("pbx"), _type("pbx"))),
        makes=LicenseTypesDefined(license_types=(_type("pbx"), _type("pbx")), reference="CAT-7"),
    ),
    Forgery(
        "ledger_founded_once",
        "ledger_already_founded",
        happened=BEGINNING,
        believed=(),
        asked=(operator, found()),
        beginning=(),
    ),
    Forgery("project_opened_once", "project_exists", happened=((anna, project("Spa", identity=SPA)),), believed=(),
            asked=(anna, project("Annex", identity=SPA))),
    Forgery("project_opened_once", "project_exists", happened=((anna, project("Mine", identity=CASAS)),), believed=(),
            asked=(staff, by_accident())),
    Forgery("project_unknown", "project_unknown", happened=STOCK[:1],
            believed=(*STOCK[:1], (anna, project("Spa", identity=SPA))), asked=(anna, redeem(into=SPA))),
    Forgery(
        "company_wrong",
        "not_same_company",
        happened=(*STOCK, (ben, project("Spa", BORA, SPA)), (ben, grant(ANNA, ADRIA, "licenses", project=SPA))),
        believed=(*STOCK, (anna, project("Spa", ADRIA, SPA))),
        asked=(anna, transfer(target=SPA, Port11=1)),
    ),
    Forgery("key_issued_once", "key_exists", happened=((staff, issue(PRI=1)),), believed=(),
            asked=(staff, issue(PRI=1))),
    Forgery("key_redeemed_once", "key_already_redeemed", happened=STOCK, believed=STOCK[:1], asked=(anna, redeem())),
    Forgery("key_lots_wrong", None, happened=((staff, issue(PRI=1)),), believed=((staff, issue(PRI=2)),),
            asked=(anna, redeem())),
    Forgery("device_added_once", "device_known_elsewhere", happened=((anna, add()),), believed=(),
            asked=(anna, add(into=DEFAULT))),
    Forgery("device_unknown", "device_unknown", happened=STOCK[:2], believed=STOCK, asked=(anna, allocate(Port11=1))),
    Forgery(
        "device_project_wrong",
        "device_not_in_project",
        happened=(STOCK[0], (anna, redeem(into=DEFAULT)), (anna, add())),
        believed=(STOCK[0], (anna, redeem(into=DEFAULT)), (anna, add(into=DEFAULT))),
        asked=(anna, allocate(source=DEFAULT, Port11=1)),
    ),
    Forgery("device_generation_wrong", "generation_spent", happened=(*LOADED, (box, give_back())), believed=LOADED,
            asked=(box, give_back(digest="d2" * 32))),
    Forgery("device_issue_wrong", None, happened=LOADED, believed=STOCK, asked=(anna, allocate(Port11=1))),
    Forgery("device_licenses_wrong", None, happened=LOADED, believed=(*STOCK, (anna, allocate(Port11=2))),
            asked=(anna, allocate(Port11=1))),
    Forgery("return_not_total", None, happened=LOADED, believed=(*STOCK, (anna, allocate(Port11=2))),
            asked=(box, give_back())),
    Forgery("device_delivered_once", "device_registered", happened=EXTENSIONS, believed=EXTENSIONS[:-1],
            asked=EXTENSIONS[-1]),
    Forgery("warranty_wrong", "warranty_max_exceeded", happened=(*EXTENSIONS, (anna, extend("WE-48"))),
            believed=EXTENSIONS, asked=(anna, extend("WE-12"))),
    Forgery("test_wrong", "test_already_issued", happened=(*STOCK, *OWNED, (anna, ask(10))), believed=(*LOADED, *OWNED),
            asked=(anna, ask(20))),
    Forgery("device_test_wrong", None, happened=(*STOCK, *OWNED, (anna, ask(10))),
            believed=(*STOCK, *OWNED, (anna, ask(20))), asked=(anna, allocate(Port11=1))),
    Forgery("day_wrong", None, happened=(*STOCK, *OWNED), believed=(*STOCK, *OWNED), asked=(anna, ask()),
            believed_now=NOON - timedelta(days=1)),
    Forgery("service_wrong", "preview_stale", happened=(*STOCK, (anna, SERVICE)), believed=STOCK,
            asked=(anna, SERVICE)),
    Forgery("upgrade_wrong", "ssa_not_running", happened=OLD_STOCK, believed=(*OLD_STOCK, (anna, SERVICE)),
            asked=(anna, upgrade(11))),
    Forgery("correction_twice", "correction_exists", happened=PROPOSED, believed=PROPOSED[:-1], asked=PROPOSED[-1]),
    Forgery("correction_unknown", "correction_closed", happened=(*PROPOSED, (second, reject())), believed=PROPOSED,
            asked=(second, approve())),
    Forgery("correction_alone", "second_person_needed", happened=PROPOSED,
            believed=(*PROPOSED[:-1], (second, PROPOSED[-1][1])), asked=(staff, approve())),
    Forgery("correction_changed", None, happened=PROPOSED,
            believed=(*PROPOSED[:-1], (staff, propose("issuance", PLACE, Port11=6))), asked=(second, approve())),
    Forgery(
        "correction_device_wrong",
        None,
        happened=(*PROPOSED[:-1], (staff, propose("issuance", ON_DEVICE, Port11=5))),
        believed=(*PROPOSED[:-1], (staff, propose("issuance", ON_DEVICE, Port11=5))),
        asked=(second, approve()),
        makes=_changed(device=None),
    ),
    Forgery("legacy_key_twice", "key_already_imported", happened=((staff, bring_in({"PRIs": 1}, key=OTHER_KEY)),),
            believed=(), asked=(staff, bring_in({"PRIs": 1}, key=OTHER_KEY))),
    Forgery("legacy_key_wrong", "legacy_licenses_differ", happened=((staff, listed(OTHER_KEY, {"PRIs": 1})),),
            believed=(), asked=(staff, bring_in({"PRIs": 2}, key=OTHER_KEY))),
    Forgery("legacy_licenses_wrong", "preview_stale", happened=((staff, bring_in({"PRIs": 2})),),
            believed=((staff, bring_in({"PRIs": 1})),), asked=(anna, CONVERT)),
    Forgery(
        "legacy_consent_missing",
        "v7_consent_required",
        happened=(*STOCK, (staff, bring_in({"PRIs": 1}, on=SERIAL))),
        believed=(*STOCK, (staff, bring_in({"PRIs": 1}, on=SERIAL)), (anna, consent())),
        asked=(box, give_back()),
    ),
    Forgery(
        "conversion_wrong",
        None,
        happened=((staff, bring_in({"Registrations": 1})),),
        believed=((staff, bring_in({"Registrations": 1})),),
        asked=(anna, CONVERT),
        makes=_changed(lots=(_lot("Port8", 2),)),
    ),
    Forgery("licenses_delivered", "already_delivered", happened=(*LOADED, (anna, deliver(1, 2))), believed=LOADED,
            asked=(anna, deallocate(Port11=1))),
    Forgery(
        "delivery_wrong",
        "license_file_superseded",
        happened=LOADED,
        believed=STOCK,
        asked=(anna, deliver(1, 1)),
    ),
    Forgery("device_not_empty", "device_not_empty", happened=LOADED, believed=STOCK, asked=(anna, release())),
    Forgery("move_without_consent", "offer_unknown", happened=STOCK, believed=(*STOCK, (anna, offer())),
            asked=(ben, accept())),
    Forgery(
        "claim_code_wrong",
        "claim_code_used",
        happened=((anna, code()), (other_box, claim(OTHER_SERIAL))),
        believed=((anna, code()),),
        asked=(box, claim()),
    ),
    Forgery(
        "device_in_contact",
        "device_known_elsewhere",
        happened=((anna, add()), (box, give_back()), (ben, code(BORAS))),
        believed=((anna, add()), (ben, code(BORAS))),
        asked=(box, claim()),
    ),
    Forgery("import_without_consent", "company_offer_unknown", happened=OFFERED[:1], believed=OFFERED,
            asked=(anna, take_over())),
    Forgery(
        "import_not_total",
        None,
        happened=(*OFFERED, (cleo, project("Spa", CASA, SPA))),
        believed=OFFERED,
        asked=(anna, take_over()),
    ),
    Forgery("company_closed", "company_closed", happened=(*OFFERED, (anna, take_over())), believed=OFFERED,
            asked=(cleo, project("Spa", CASA, SPA))),
    Forgery(
        "project_archived",
        "project_archived",
        happened=(STOCK[0], (anna, project("Spa", identity=SPA)), (anna, archive(SPA))),
        believed=(STOCK[0], (anna, project("Spa", identity=SPA))),
        asked=(anna, redeem(into=SPA)),
    ),
    Forgery(
        "rma_twice",
        "licenses_already_transferred",
        happened=(*STOCK, (anna, add(OTHER_SERIAL)), (staff, replace())),
        believed=(*STOCK, (anna, add(OTHER_SERIAL))),
        asked=(staff, replace(OTHER_SERIAL, "0090330102f1")),
    ),
    Forgery(
        "replacement_not_blank",
        "replacement_not_blank",
        happened=(*STOCK, (anna, add(SPARE)), (anna, allocate(SPARE, Port11=1))),
        believed=STOCK,
        asked=(staff, replace()),
    ),
    Forgery("replacement_not_total", None, happened=LOADED, believed=(*STOCK, (anna, allocate(Port11=2))),
            asked=(staff, replace())),
    Forgery("device_replaced", "device_replaced", happened=(*STOCK, (staff, replace())), believed=STOCK[:2],
            asked=(anna, add())),
    Forgery("not_replaced", "not_replaced", happened=STOCK, believed=(*STOCK, (staff, replace())),
            asked=(staff, recommission())),
    Forgery(
        "not_applicable",
        "license_type_inconsistent",
        happened=(),
        believed=(),
        asked=(operator, FoundLedger(vendor=VENDOR, administrator=STAFF, catalog=VERSION_ZERO)),
        beginning=(),
        makes=LedgerFounded(
            vendor=VENDOR, administrator=STAFF, default_project=default_project_of(VENDOR), catalog=VERSION_ZERO
        ),
    ),
    Forgery("set_aside_wrong", "decision_exists", happened=((staff, story_set_aside.propose()),), believed=(),
            asked=(staff, story_set_aside.propose())),
)  # fmt: skip
