"""The API's operations and what they take and give. Made from its OpenAPI description by `make generate`."""

# ruff: noqa: E501  # sentences are the API's
from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict, cast

from licensing_client.transport import Transport, given, segment


class AccessView(TypedDict):
    """A read of the vendor's staff."""

    number: int
    time: str
    account: str
    operation: str
    asked: dict[str, str]
    company: str | None
    project: str | None
    device: str | None
    case: str | None
    request_id: str


class ActivationKeyIssuedResponse(TypedDict):
    sequence: int
    activation_key: str
    key_hint: str


class ActivationKeyPreview(TypedDict):
    """What a key stands for. Nothing is reserved: somebody else may redeem it first."""

    key_digest: str
    key_hint: str
    state: Literal["redeemable", "redeemed"]
    licenses: list[PreviewedLicenses]
    credits: int | None
    redeemed: RedeemedView | None


class ActivationKeyRedeemedResponse(TypedDict):
    sequence: int
    project: str
    key_digest: str
    licenses: list[RedeemedLicensesView] | None


class ActivationKeyView(TypedDict):
    """A key; itself it is kept nowhere. The order is told to the vendor's staff only."""

    key_digest: str
    key_hint: str
    licenses: list[LicensesView]
    order_number: str | None
    customer_reference: str | None
    issued_sequence: int
    issued: str
    company: str | None
    project: str | None
    redeemed_sequence: int | None
    redeemed: str | None
    blocked: NotRequired[BlockedView | None]


class AllocatedView(TypedDict):
    """Licenses of one type that stand on the devices of a project."""

    license_type: str
    license_class: Literal["pbx", "gateway", "warranty", "service"]
    count: int
    delivered: int


class BalanceView(TypedDict):
    project: str
    free: list[LicensesView]
    held: list[LicensesView]
    allocated: NotRequired[list[AllocatedView] | None]
    as_of: NotRequired[int | None]


class BlockResponse(TypedDict):
    sequence: int
    subject: str


class BlockView(TypedDict):
    subject: str
    reason: str
    reference: str
    sequence: int
    blocked: str
    lifted_reason: str | None
    lifted_reference: str | None
    lifted_sequence: int | None
    lifted: str | None


class BlockedView(TypedDict):
    """A block that holds. Its reason is told to the company's administrators, by GET /v1/blocks, and to staff."""

    subject: str
    since: str
    sequence: int
    ask: NotRequired[str]


class CaseMessageView(TypedDict):
    time: str
    side: Literal["vendor", "company"]
    text: str


class CauseView(TypedDict):
    """One movement of a balance with its cause; the counts of all of them sum to the balance."""

    sequence: int
    line: int
    time: str
    count: int
    balance: int
    event_type: str
    subject: str
    actor: str
    command_id: str
    correlation_id: str


class ClaimCodeCreatedResponse(TypedDict):
    sequence: int
    project: str
    claim_code: str
    code_digest: str
    code_hint: str
    valid_days: int


class ClaimCodeView(TypedDict):
    code_digest: str
    code_hint: str
    state: Literal["open", "used", "withdrawn"]
    expires: str
    serial: str | None
    actor: str
    sequence: int
    created: str


class CommandResponse(TypedDict):
    """A command became an entry of the ledger."""

    sequence: int


class CompanyBalances(TypedDict):
    """Projects of a company, and what those that the caller sees have in all, on whatever page they are."""

    items: list[ProjectTotalsView]
    next: str | None
    company: str
    devices: int
    licenses: list[TotalView]


class CompanyChangedResponse(TypedDict):
    sequence: int
    company: str


class CompanyGrantView(TypedDict):
    account: str
    acting_for: str
    rights: list[Literal["view", "licenses", "return", "test", "service", "rma", "rights"]]
    sequence: int
    since: str
    project: str
    project_name: str


class CompanyImportedResponse(TypedDict):
    sequence: int
    company: str
    former_company: str


class CompanyOfferView(TypedDict):
    company: str
    offered_to: str
    actor: str
    sequence: int
    offered: str


class CompanyRegisteredResponse(TypedDict):
    sequence: int
    company: str
    default_project: str


class CompanyView(TypedDict):
    company: str
    kind: Literal["reseller", "end_customer", "vendor"]
    default_project: str
    sequence: int
    registered: str
    imported_into: str | None
    blocked: NotRequired[BlockedView | None]


class ConversionPreview(TypedDict):
    """What the project's free old licenses become; `preview_digest` confirms exactly this."""

    project: str
    old: list[LegacyLicensesView]
    new: list[NewLicensesView]
    preview_digest: str


class CorrectedDeliveryView(TypedDict):
    """What a delivered device is, and since when."""

    serial: str
    model: str
    delivered_on: str


class CorrectionLineBody(TypedDict):
    source: str
    target: str
    licenses: list[WantedLicenses]


class CorrectionLineView(TypedDict):
    """Licenses of one account to another."""

    source: str
    target: str
    licenses: list[LicensesView]


class CorrectionResponse(TypedDict):
    sequence: int
    correction: str


class CorrectionView(TypedDict):
    """Of licenses, in one line or in several linked ones; or of a delivery, which is the vendor's and moves nothing.

    Of one line, `source`, `target` and `licenses` say the same.
    """

    correction: str
    company: str
    lines: list[CorrectionLineView]
    source: str | None
    target: str | None
    licenses: list[LicensesView]
    delivery: CorrectedDeliveryView | None
    reason: str
    reference: str
    proposed_by: str
    sequence: int
    proposed: str
    state: Literal["proposed", "applied", "rejected"]
    decided_by: str | None
    decision_reason: str | None
    decided_sequence: int | None
    decided: str | None


class DeliveredDeviceBody(TypedDict):
    serial: str
    model: str
    delivered_on: str
    certificate_sha256: NotRequired[str | None]
    delivered_to: NotRequired[str | None]


class DeliveredDeviceView(TypedDict):
    """A device that the vendor delivered, as it is registered by now, and the last day of its warranty."""

    serial: str
    model: str
    delivered_on: str
    base_months: int
    months: int
    ends_on: str
    registered_sequence: int
    sequence: int
    replacement: str | None


class DeliveryView(TypedDict):
    issue: int
    path: Literal["direct", "manual"]
    time: str
    file_sha256: str


class DeviceAddedResponse(TypedDict):
    sequence: int
    serial: str
    project: str


class DeviceChangedResponse(TypedDict):
    sequence: int
    serial: str


class DeviceGuaranteeView(TypedDict):
    """The warranty of a device. Never for an end customer (rule F4)."""

    model: str
    ends_on: str
    days_left: int
    sequence: int


class DeviceLabelView(TypedDict):
    """The label of a device, of the project where it stands now."""

    own_name: str | None
    place: str | None
    reference: str | None
    serial: str


class DeviceLabelsView(TypedDict):
    items: list[DeviceLabelView]


class DeviceModel(TypedDict):
    """A kind of device that the vendor sells; models of one family may replace each other."""

    model: str
    family: str
    warranty_months: NotRequired[int]


class DeviceModelView(TypedDict):
    model: str
    family: str
    warranty_months: int
    sequence: int


class DeviceRecommissionedResponse(TypedDict):
    sequence: int
    serial: str
    generation: int


class DeviceReplacedResponse(TypedDict):
    sequence: int
    serial: str
    replacement: str
    rma: str


class DeviceTestView(TypedDict):
    """The test that the device has, or has had."""

    ends_on: str
    days_left: int
    sequence: int


class DeviceView(TypedDict):
    """A device. What `expand` names is absent where it was not asked for."""

    serial: str
    project: str
    generation: int
    issue: int
    delivered_issue: int | None
    licenses: list[LicensesView]
    sequence: int
    changed: str
    delivery: DeliveryView | None
    arrived: NotRequired[str | None]
    last_seen: NotRequired[str | None]
    blocked: NotRequired[BlockedView | None]
    label: NotRequired[LabelView | None]
    as_of: NotRequired[int | None]
    test: NotRequired[DeviceTestView | None]
    guarantee: NotRequired[DeviceGuaranteeView | None]
    offer: NotRequired[OfferView | None]


class EntriesView(TypedDict):
    """Entries in order. `next` is always there: ask again with it as `after`, at once while `more`, later otherwise."""

    items: list[EntryView]
    next: int
    more: bool
    as_of: int


class EntryTextsView(TypedDict):
    """The texts of staff that an entry names by digest; empty for an older entry, which holds its texts itself."""

    sequence: int
    texts: list[StaffTextView]


class EntryView(TypedDict):
    """An entry of the ledger and its cause."""

    sequence: int
    time: str
    actor: str
    event_type: str
    subject: str
    projects: list[str]
    serials: list[str]
    command_id: str
    correlation_id: str
    movements: list[MovedView]
    notes: NotRequired[list[NoteView]]
    facts: dict[str, Any] | None


class ErasedLabelsView(TypedDict):
    project: str
    erased: int


class ExpirationView(TypedDict):
    kind: Literal["software_service", "warranty", "test_licenses", "claim_code", "invitation"]
    company: str
    project: str | None
    project_name: str | None
    serial: str | None
    code_digest: str | None
    code_hint: str | None
    ends_on: str
    days_left: int
    expires: str | None
    actor: str | None
    sequence: int


class GrantView(TypedDict):
    account: str
    acting_for: str
    rights: list[Literal["view", "licenses", "return", "test", "service", "rma", "rights"]]
    sequence: int
    since: str


class GuaranteeStatus(TypedDict):
    """For resellers and the vendor's staff only. Without a day of delivery the state is unknown and no date is said."""

    serial: str
    state: Literal["unknown", "running", "expired"]
    model: NotRequired[str | None]
    delivered_on: NotRequired[str | None]
    base_ends_on: NotRequired[str | None]
    extension_months: NotRequired[int | None]
    ends_on: NotRequired[str | None]
    days_left: NotRequired[int | None]


class HitView(TypedDict):
    kind: Literal["device", "project", "activation_key", "support_case", "delivered_device", "entry"]
    id: str
    label: str
    subject: str
    company: str | None
    project: str | None
    project_name: str | None
    called: NotRequired[LabelView | None]


class InvitationAcceptedResponse(TypedDict):
    sequence: int
    account: str
    company: str | None


class InvitationCreatedResponse(TypedDict):
    sequence: int
    company: str
    invitation_code: str
    code_digest: str
    code_hint: str
    valid_days: int


class InvitationView(TypedDict):
    code_digest: str
    code_hint: str
    state: Literal["open", "accepted", "withdrawn"]
    expires: str
    account: str | None
    actor: str
    sequence: int
    created: str


class IssuedResponse(TypedDict):
    sequence: int
    serial: str
    issue: int | None


class KeptLabelView(TypedDict):
    """A label with where it belongs and who wrote it; empty members where there is none."""

    own_name: str | None
    place: str | None
    reference: str | None
    changed: str | None
    changed_by: str | None
    project: str


class KeptNoteView(TypedDict):
    """A note with who wrote it."""

    changed: str | None
    changed_by: str | None
    project: str
    sequence: int
    note: str | None


class LabelView(TypedDict):
    """The words of a project about itself or one of its devices. They lie beside the log and can be erased."""

    own_name: str | None
    place: str | None
    reference: str | None


class LegacyConsentGivenResponse(TypedDict):
    sequence: int
    serial: str


class LegacyConsentView(TypedDict):
    """An account's word that a device never goes below version 8 again."""

    serial: str
    account: str
    sequence: int
    given: str


class LegacyConversionView(TypedDict):
    """Old licenses of a project that ended, and what came in their place."""

    old: list[LegacyLicensesView]
    new: list[LicensesView]
    sequence: int
    converted: str


class LegacyDeviceView(TypedDict):
    serial: str
    licenses: list[LegacyLicensesView]
    consent_sequence: int | None


class LegacyImportView(TypedDict):
    """Old licenses that came into a project."""

    serial: str | None
    key_digest: str | None
    licenses: list[LegacyLicensesView]
    reference: str
    sequence: int
    imported: str


class LegacyKeyView(TypedDict):
    """A key on the old manager's list; the key itself is kept nowhere."""

    key_digest: str
    company: str | None
    licenses: list[LegacyLicensesView]
    reference: str
    sequence: int
    registered: str
    project: str | None
    imported_sequence: int | None


class LegacyKeysRegisteredResponse(TypedDict):
    sequence: int
    keys: int


class LegacyLicensesBody(TypedDict):
    license_name: str
    count: int


class LegacyLicensesConvertedResponse(TypedDict):
    sequence: int
    project: str
    licenses: list[MovedLicensesView] | None
    held: list[MovedLicensesView] | None
    credits: int | None


class LegacyLicensesImportedResponse(TypedDict):
    sequence: int
    project: str


class LegacyLicensesView(TypedDict):
    license_name: str
    count: int


class LegacyView(TypedDict):
    """Old licenses of a project: free ones, which can be converted, and those that stand on devices."""

    project: str
    free: list[LegacyLicensesView]
    devices: list[LegacyDeviceView]


class LicenseTypeFacts(TypedDict):
    """A license type in full: what it is, what one of it weighs in software service, and where it may stand.

    `device_limit` is how many a device may hold, `sole_device` that one device of a project at most may hold it.
    """

    license_type: str
    license_class: Literal["pbx", "gateway", "warranty", "service"]
    family: str
    version: NotRequired[int | None]
    weight: NotRequired[int]
    device_limit: NotRequired[int | None]
    sole_device: NotRequired[bool]
    months: NotRequired[int | None]


class LicenseTypeView(TypedDict):
    license_type: str
    license_class: Literal["pbx", "gateway", "warranty", "service"]
    family: str
    version: int | None
    weight: int
    device_limit: int | None
    sole_device: bool
    months: int | None
    sequence: int


class LicensesAllocatedResponse(TypedDict):
    sequence: int
    serial: str
    issue: int | None
    project: str


class LicensesMovedResponse(TypedDict):
    sequence: int
    project: str
    held: list[MovedLicensesView] | None
    credits: int | None


class LicensesUpgradedResponse(TypedDict):
    sequence: int
    project: str
    licenses: list[MovedLicensesView] | None


class LicensesView(TypedDict):
    license_type: str
    license_class: Literal["pbx", "gateway", "warranty", "service"]
    count: int


class ListedKeyBody(TypedDict):
    legacy_key: str
    licenses: list[LegacyLicensesBody]
    company: NotRequired[str | None]


class LogStopView(TypedDict):
    """Where the read side is stopped."""

    stopped: StoppedEntryView | None
    waiting: list[WaitingDecisionView]


class MeView(TypedDict):
    """Who asks, and what it may do. Rights in the name of another company come with a token for that one."""

    account: str
    company: str
    staff: bool
    companies: list[MembershipView]
    rights: RightsViewPage


class MemberChangedResponse(TypedDict):
    sequence: int
    company: str
    account: str


class MemberView(TypedDict):
    account: str
    administrator: bool
    sequence: int
    since: str


class MembershipView(TypedDict):
    """A company that the account may act for, each with a token of its own."""

    company: str
    kind: Literal["reseller", "end_customer", "vendor"]
    default_project: str
    administrator: bool


class MovedLicensesView(TypedDict):
    """So many licenses of a type that a command moved."""

    license_type: str
    count: int


class MovedView(TypedDict):
    """What an entry moved into an account, or out of it when negative, and what the account had then."""

    account: str
    license_type: str
    count: int
    balance: int | None


class MovementView(TypedDict):
    sequence: int
    line: int
    time: str
    account: str
    license_type: str
    count: int
    balance: int
    event_type: str
    actor: str


class NamedEntryBody(TypedDict):
    sequence: int
    entry_hash: str


class NamedEntryView(TypedDict):
    """An entry by its place and the hash of its bytes."""

    sequence: int
    entry_hash: str


class NewLicensesView(TypedDict):
    license_type: str
    count: int


class NoteView(TypedDict):
    """The words of a project about an entry that concerns it: whoever sees the project reads them, nobody else."""

    project: str
    note: str


class OfferView(TypedDict):
    serial: str
    company: str
    offered_to: str
    actor: str
    sequence: int
    offered: str


class AccessViewPage(TypedDict):
    items: list[AccessView]
    next: str | None


class ActivationKeyViewPage(TypedDict):
    items: list[ActivationKeyView]
    next: str | None


class BlockViewPage(TypedDict):
    items: list[BlockView]
    next: str | None


class ClaimCodeViewPage(TypedDict):
    items: list[ClaimCodeView]
    next: str | None


class CompanyGrantViewPage(TypedDict):
    items: list[CompanyGrantView]
    next: str | None


class CompanyOfferViewPage(TypedDict):
    items: list[CompanyOfferView]
    next: str | None


class CompanyViewPage(TypedDict):
    items: list[CompanyView]
    next: str | None


class CorrectionViewPage(TypedDict):
    items: list[CorrectionView]
    next: str | None


class DeliveredDeviceViewPage(TypedDict):
    items: list[DeliveredDeviceView]
    next: str | None


class DeviceModelViewPage(TypedDict):
    items: list[DeviceModelView]
    next: str | None


class DeviceViewPage(TypedDict):
    items: list[DeviceView]
    next: str | None


class EntryViewPage(TypedDict):
    items: list[EntryView]
    next: str | None


class ExpirationViewPage(TypedDict):
    items: list[ExpirationView]
    next: str | None


class GrantViewPage(TypedDict):
    items: list[GrantView]
    next: str | None


class InvitationViewPage(TypedDict):
    items: list[InvitationView]
    next: str | None


class LegacyConsentViewPage(TypedDict):
    items: list[LegacyConsentView]
    next: str | None


class LegacyConversionViewPage(TypedDict):
    items: list[LegacyConversionView]
    next: str | None


class LegacyImportViewPage(TypedDict):
    items: list[LegacyImportView]
    next: str | None


class LegacyKeyViewPage(TypedDict):
    items: list[LegacyKeyView]
    next: str | None


class LicenseTypeViewPage(TypedDict):
    items: list[LicenseTypeView]
    next: str | None


class MemberViewPage(TypedDict):
    items: list[MemberView]
    next: str | None


class MovementViewPage(TypedDict):
    items: list[MovementView]
    next: str | None


class OfferViewPage(TypedDict):
    items: list[OfferView]
    next: str | None


class ProjectViewPage(TypedDict):
    items: list[ProjectView]
    next: str | None


class ReplacementViewPage(TypedDict):
    items: list[ReplacementView]
    next: str | None


class ReturnLimitReleaseViewPage(TypedDict):
    items: list[ReturnLimitReleaseView]
    next: str | None


class RightsViewPage(TypedDict):
    items: list[RightsView]
    next: str | None


class SpentCertificateViewPage(TypedDict):
    items: list[SpentCertificateView]
    next: str | None


class StaffDownloadViewPage(TypedDict):
    items: list[StaffDownloadView]
    next: str | None


class SupportCaseViewPage(TypedDict):
    items: list[SupportCaseView]
    next: str | None


class PreviewedLicenses(TypedDict):
    license_type: str
    license_class: Literal["pbx", "gateway", "warranty", "service"]
    count: int
    held: int | None


class ProjectChangedResponse(TypedDict):
    sequence: int
    project: str


class ProjectCountsView(TypedDict):
    devices: int
    free: int


class ProjectCreatedResponse(TypedDict):
    sequence: int
    project: str
    project_name: str


class ProjectTotalsView(TypedDict):
    project: str
    project_name: str
    sequence: int
    devices: int
    licenses: list[TotalView]


class ProjectView(TypedDict):
    project: str
    company: str
    project_name: str
    sequence: int
    created: str
    archived: str | None
    blocked: NotRequired[BlockedView | None]
    rights: list[Literal["view", "licenses", "return", "test", "service", "rma", "rights"]]
    label: NotRequired[LabelView | None]
    counts: NotRequired[ProjectCountsView | None]
    balances: NotRequired[BalanceView | None]


class RedeemedLicensesView(TypedDict):
    license_type: str
    license_class: Literal["pbx", "gateway", "warranty", "service"]
    count: int
    held: int


class RedeemedView(TypedDict):
    """Where a key went."""

    project: str
    sequence: int
    time: str


class ReplacementView(TypedDict):
    """A broken device, and the one that has its licenses now."""

    serial: str
    replacement: str
    rma: str
    project: str
    reason: str | None
    other_model: bool
    licenses: list[LicensesView]
    sequence: int
    replaced: str
    recommissioned: str | None
    recommissioned_sequence: int | None


class ReturnLimitReleaseView(TypedDict):
    """Staff let a device give back again."""

    serial: str
    reason: str
    reference: str
    sequence: int
    released: str


class ReturnLimitReleasedResponse(TypedDict):
    sequence: int
    serial: str


class RightsChangedResponse(TypedDict):
    sequence: int
    project: str
    account: str
    acting_for: str


class RightsView(TypedDict):
    """What the account may do in a project, in the name of the company that it acts for."""

    project: str
    project_name: str
    company: str
    rights: list[Literal["view", "licenses", "return", "test", "service", "rma", "rights"]]


class SearchView(TypedDict):
    """What was found, kind by kind, each from the best match on."""

    items: list[HitView]
    more: list[Literal["device", "project", "activation_key", "support_case", "delivered_device", "entry"]]


class ServicePrice(TypedDict):
    """What it costs now. Buy with its `preview_digest`: if the price has changed by then, nothing is bought."""

    project: str
    units: int
    charged_months: int
    credits: int
    free_credits: int
    ends_on: str | None
    held_units: int
    held_credits: int
    preview_digest: str


class ServiceStatus(TypedDict):
    """A project's software service. One end covers all its licenses; held ones wait until they are paid."""

    project: str
    state: Literal["none", "running", "lapsed"]
    anchor: str | None
    months: int | None
    ends_on: str | None
    remind_on: list[str]
    units: int
    free_credits: int
    held: list[LicensesView]


class SettingAsideResponse(TypedDict):
    sequence: int
    decision: str


class SoftwareServiceResponse(TypedDict):
    """What could not be read in time is null."""

    sequence: int
    project: str
    ends_on: str | None
    credits: int | None
    released: list[MovedLicensesView] | None


class SpentCertificateView(TypedDict):
    serial: str
    generation: int
    current_generation: int
    certificate_sha256: str
    company: str
    project: str
    sequence: int
    seen: str


class StaffDownloadView(TypedDict):
    serial: str
    generation: int
    issue: int
    file_sha256: str
    company: str
    project: str
    reason: str
    reference: str
    actor: str
    sequence: int
    downloaded: str


class StaffTextView(TypedDict):
    """A text of staff, and with what its digest can be checked."""

    member: str
    digest: str
    text: str | None
    salt: str | None
    erased: str | None
    erased_by: str | None


class StoppedEntryView(TypedDict):
    """The entry that cannot be applied, and why."""

    sequence: int
    entry_hash: str
    law: str
    sentence: str


class SupportCaseDetailView(TypedDict):
    """A case with its public messages, oldest first."""

    number: str
    kind: Literal["support", "presales"]
    state: Literal["new", "open", "waiting_customer", "solved", "closed"]
    waits_for: Literal["vendor", "company"] | None
    title: str | None
    company: str
    serial: str | None
    product: str | None
    opened: str
    changed: str
    revision: int
    messages: list[CaseMessageView]
    messages_revision: int | None


class SupportCaseView(TypedDict):
    """A case of a company; the help desk works it, here it is only watched."""

    number: str
    kind: Literal["support", "presales"]
    state: Literal["new", "open", "waiting_customer", "solved", "closed"]
    waits_for: Literal["vendor", "company"] | None
    title: str | None
    company: str
    serial: str | None
    product: str | None
    opened: str
    changed: str
    revision: int


class TestIssuedResponse(TypedDict):
    sequence: int
    serial: str
    ends_on: str | None


class TestReleasedResponse(TypedDict):
    sequence: int
    serial: str


class TestView(TypedDict):
    """The one test of a device."""

    serial: str
    version: int
    slave: bool
    count: int | None
    issued_on: str
    ends_on: str
    returned: bool
    licenses: list[TestedView]
    sequence: int
    as_of: NotRequired[int | None]


class TestedView(TypedDict):
    license_type: str
    count: int


class TotalView(TypedDict):
    """Licenses of one type, each counted once: free, held, or allocated to a device."""

    license_type: str
    license_class: Literal["pbx", "gateway", "warranty", "service"]
    free: int
    held: int
    allocated: int
    delivered: int


class WaitingDecisionView(TypedDict):
    """A proposal to set entries aside that waits for a second person."""

    decision: str
    entries: list[NamedEntryView]
    law: str
    reason: str
    reference: str
    proposed_by: str


class WantedLicenses(TypedDict):
    license_type: str
    count: int


class WarrantyExtendedResponse(TypedDict):
    sequence: int
    serial: str
    ends_on: NotRequired[str | None]


class WhyView(TypedDict):
    """The movements of a balance, oldest first; `held` of the last one is the balance."""

    items: list[CauseView]
    next: str | None
    project: str
    license_type: str
    as_of: NotRequired[int | None]


class ProblemBody(TypedDict):
    """RFC 9457: why a request got no. `code` is stable and for programs; further members say more."""

    type: str
    title: str
    status: int
    code: str
    detail: NotRequired[str]
    rule: NotRequired[str]
    entries: NotRequired[list[int] | None]


class CommandLine(TypedDict):
    """One command with the idempotency key that its POST would have."""

    idempotency_key: str
    command: dict[str, Any]


class CommandAnswer(TypedDict):
    """What became of a line: `answer` below status 400, else `problem`."""

    line: int
    idempotency_key: NotRequired[str]
    status: int
    answer: NotRequired[dict[str, Any]]
    problem: NotRequired[ProblemBody]


class Operations(Transport):
    """One method for each operation."""

    def get_me(self, *, cursor: str | None = None, limit: int | None = None, at_least: int | None = None) -> MeView:
        """Who the caller is: its companies, and its rights by project, a page of them."""
        return cast("MeView", self.get("/v1/me", **given(cursor=cursor, limit=limit, at_least=at_least)))

    def register_company(
        self,
        *,
        kind: Literal["reseller", "end_customer", "vendor"],
        administrator: str,
        company: str | None = None,
        idempotency_key: str | None = None,
    ) -> CompanyRegisteredResponse:
        """Make a company known, with its first administrator. It starts with a project DEFAULT.

        The vendor's staff registers any company; an account registers its own company as an end customer:
        `company` is then the company that its token names, and has to be given.
        """
        return cast(
            "CompanyRegisteredResponse",
            self.post(
                "/v1/companies", given(kind=kind, administrator=administrator, company=company), key=idempotency_key
            ),
        )

    def list_companies(
        self,
        *,
        kind: Literal["reseller", "end_customer", "vendor"] | None = None,
        limit: int | None = None,
        at_least: int | None = None,
        order: Literal["oldest_first", "newest_first"] | None = None,
        cursor: str | None = None,
    ) -> CompanyViewPage:
        """The companies that the account may act for, each with a token of its own; all for the vendor's staff.

        They come in the order in which they were made known, the last one first where that is asked for.
        """
        return cast(
            "CompanyViewPage",
            self.get("/v1/companies", **given(kind=kind, limit=limit, at_least=at_least, order=order, cursor=cursor)),
        )

    def get_company(self, company: str, *, at_least: int | None = None) -> CompanyView:
        """The company that the caller acts for; any company for the vendor's staff."""
        return cast("CompanyView", self.get(f"/v1/companies/{segment(company)}", **given(at_least=at_least)))

    def create_project(self, *, project_name: str, idempotency_key: str | None = None) -> ProjectCreatedResponse:
        """Open a project in the company that the caller acts for. Its name is kept for ever: no person's name."""
        return cast(
            "ProjectCreatedResponse", self.post("/v1/projects", given(project_name=project_name), key=idempotency_key)
        )

    def list_projects(
        self,
        *,
        expand: Literal["counts", "balances"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        at_least: int | None = None,
        project_name: str | None = None,
        archived: bool | None = None,
        order: Literal["oldest_first", "newest_first", "name"] | None = None,
        company: str | None = None,
        as_of: str | int | None = None,
    ) -> ProjectViewPage:
        """Projects in the order in which they were opened, or by name where that or a name is asked for.

        With `as_of`, those that had been opened by then, with names, blocks and rights of now; by name, a page may have
        fewer than asked for although another one follows.
        """
        return cast(
            "ProjectViewPage",
            self.get(
                "/v1/projects",
                **given(
                    expand=expand,
                    cursor=cursor,
                    limit=limit,
                    at_least=at_least,
                    project_name=project_name,
                    archived=archived,
                    order=order,
                    company=company,
                    as_of=as_of,
                ),
            ),
        )

    def get_project(self, project: str, *, at_least: int | None = None) -> ProjectView:
        """One project."""
        return cast("ProjectView", self.get(f"/v1/projects/{segment(project)}", **given(at_least=at_least)))

    def get_balance(
        self,
        project: str,
        *,
        expand: Literal["allocated"] | None = None,
        at_least: int | None = None,
        as_of: str | int | None = None,
    ) -> BalanceView:
        """The licenses of the project, free, held and on its devices, now or as of any entry or time.

        Unless devices of the past are asked for, it costs the same however many of them the project has.
        """
        return cast(
            "BalanceView",
            self.get(
                f"/v1/projects/{segment(project)}/balance", **given(expand=expand, at_least=at_least, as_of=as_of)
            ),
        )

    def rename_project(
        self, project: str, *, project_name: str, idempotency_key: str | None = None
    ) -> ProjectChangedResponse:
        """Give the project another name. For the company's administrators. Names are kept for ever: no person's name."""
        return cast(
            "ProjectChangedResponse",
            self.post(
                f"/v1/projects/{segment(project)}/renaming", given(project_name=project_name), key=idempotency_key
            ),
        )

    def archive_project(self, project: str, *, idempotency_key: str | None = None) -> ProjectChangedResponse:
        """Close a project that has neither devices nor free licenses, for good. For the company's administrators."""
        return cast(
            "ProjectChangedResponse",
            self.post(f"/v1/projects/{segment(project)}/archiving", given(), key=idempotency_key),
        )

    def move_licenses(
        self,
        project: str,
        *,
        target: str,
        licenses: list[WantedLicenses],
        held: bool | None = None,
        idempotency_key: str | None = None,
    ) -> LicensesMovedResponse:
        """Move free licenses, or held ones, to another project of the same company, all or none."""
        return cast(
            "LicensesMovedResponse",
            self.post(
                f"/v1/projects/{segment(project)}/transfers",
                given(target=target, licenses=licenses, held=held),
                key=idempotency_key,
            ),
        )

    def deallocate_licenses(
        self, project: str, *, serial: str, licenses: list[WantedLicenses], idempotency_key: str | None = None
    ) -> IssuedResponse:
        """Take PBX licenses back from a device, as long as no license file with them was delivered."""
        return cast(
            "IssuedResponse",
            self.post(
                f"/v1/projects/{segment(project)}/deallocations",
                given(serial=serial, licenses=licenses),
                key=idempotency_key,
            ),
        )

    def list_balances(
        self,
        *,
        order: Literal["oldest_first", "newest_first", "name"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        at_least: int | None = None,
        company: str | None = None,
    ) -> CompanyBalances:
        """Licenses by type over the projects of a company, in all and project by project.

        Of the company that the caller acts for, where none is named. Archived projects have nothing and are not listed.
        """
        return cast(
            "CompanyBalances",
            self.get(
                "/v1/balances", **given(order=order, cursor=cursor, limit=limit, at_least=at_least, company=company)
            ),
        )

    def list_movements(
        self,
        *,
        project: str | None = None,
        device: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        at_least: int | None = None,
    ) -> MovementViewPage:
        """What went into and out of a project's balance, or onto and off a device, oldest first."""
        return cast(
            "MovementViewPage",
            self.get(
                "/v1/movements", **given(project=project, device=device, cursor=cursor, limit=limit, at_least=at_least)
            ),
        )

    def add_member(
        self, company: str, *, account: str, administrator: bool | None = None, idempotency_key: str | None = None
    ) -> MemberChangedResponse:
        """Let an account act for the company, or give a member the other role. For the company's administrators."""
        return cast(
            "MemberChangedResponse",
            self.post(
                f"/v1/companies/{segment(company)}/members",
                given(account=account, administrator=administrator),
                key=idempotency_key,
            ),
        )

    def list_members(
        self, company: str, *, cursor: str | None = None, limit: int | None = None, at_least: int | None = None
    ) -> MemberViewPage:
        """Who belongs to the company. For its administrators."""
        return cast(
            "MemberViewPage",
            self.get(
                f"/v1/companies/{segment(company)}/members", **given(cursor=cursor, limit=limit, at_least=at_least)
            ),
        )

    def remove_member(self, company: str, *, account: str, idempotency_key: str | None = None) -> MemberChangedResponse:
        """End a membership, and with it every right that the account had in the company's name."""
        return cast(
            "MemberChangedResponse",
            self.post(f"/v1/companies/{segment(company)}/member-removals", given(account=account), key=idempotency_key),
        )

    def list_company_grants(
        self,
        company: str,
        *,
        account: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        at_least: int | None = None,
    ) -> CompanyGrantViewPage:
        """Who was given which rights in the projects of the company, account by account. For its administrators.

        The administrators themselves have every right there and are not listed.
        """
        return cast(
            "CompanyGrantViewPage",
            self.get(
                f"/v1/companies/{segment(company)}/grants",
                **given(account=account, cursor=cursor, limit=limit, at_least=at_least),
            ),
        )

    def grant_rights(
        self,
        project: str,
        *,
        account: str,
        rights: list[Literal["view", "licenses", "return", "test", "service", "rma", "rights"]],
        acting_for: str | None = None,
        idempotency_key: str | None = None,
    ) -> RightsChangedResponse:
        """Give an account rights in this project, and in no other; it may belong to another company.

        Only what the caller has can be granted. Every right comes with `view`.
        """
        return cast(
            "RightsChangedResponse",
            self.post(
                f"/v1/projects/{segment(project)}/members",
                given(account=account, acting_for=acting_for, rights=rights),
                key=idempotency_key,
            ),
        )

    def list_grants(
        self, project: str, *, cursor: str | None = None, limit: int | None = None, at_least: int | None = None
    ) -> GrantViewPage:
        """Who was given rights in the project. For who may give them; the company's administrators are not listed."""
        return cast(
            "GrantViewPage",
            self.get(
                f"/v1/projects/{segment(project)}/members", **given(cursor=cursor, limit=limit, at_least=at_least)
            ),
        )

    def revoke_rights(
        self,
        project: str,
        *,
        account: str,
        rights: list[Literal["view", "licenses", "return", "test", "service", "rma", "rights"]],
        acting_for: str | None = None,
        idempotency_key: str | None = None,
    ) -> RightsChangedResponse:
        """Take rights in this project from an account. Revoking `view` takes them all."""
        return cast(
            "RightsChangedResponse",
            self.post(
                f"/v1/projects/{segment(project)}/member-revocations",
                given(account=account, acting_for=acting_for, rights=rights),
                key=idempotency_key,
            ),
        )

    def create_invitation(self, company: str, *, idempotency_key: str | None = None) -> InvitationCreatedResponse:
        """Make a code by which one account joins the company. It works once, for 14 days. For its administrators.

        The code is in this answer and nowhere else; the same request again gives it again. Handing it on is the caller's.
        """
        return cast(
            "InvitationCreatedResponse",
            self.post(f"/v1/companies/{segment(company)}/invitations", given(), key=idempotency_key),
        )

    def list_invitations(
        self,
        company: str,
        *,
        state: Literal["open", "accepted", "withdrawn"] | None = None,
        limit: int | None = None,
        at_least: int | None = None,
        order: Literal["oldest_first", "newest_first"] | None = None,
        cursor: str | None = None,
    ) -> InvitationViewPage:
        """The invitations to the company, and what became of them; never the codes. For its administrators."""
        return cast(
            "InvitationViewPage",
            self.get(
                f"/v1/companies/{segment(company)}/invitations",
                **given(state=state, limit=limit, at_least=at_least, order=order, cursor=cursor),
            ),
        )

    def withdraw_invitation(
        self, company: str, *, code_digest: str, idempotency_key: str | None = None
    ) -> CompanyChangedResponse:
        """Make an invitation useless that nobody accepted yet. For the company's administrators."""
        return cast(
            "CompanyChangedResponse",
            self.post(
                f"/v1/companies/{segment(company)}/invitation-withdrawals",
                given(code_digest=code_digest),
                key=idempotency_key,
            ),
        )

    def accept_invitation(
        self, *, invitation_code: str, idempotency_key: str | None = None
    ) -> InvitationAcceptedResponse:
        """Join the company of an invitation, without rights. Case, blanks and hyphens do not matter.

        Every account may, whichever company its token names; `GET /v1/companies` then has the one that it joined.
        """
        return cast(
            "InvitationAcceptedResponse",
            self.post("/v1/invitations/acceptances", given(invitation_code=invitation_code), key=idempotency_key),
        )

    def offer_company(
        self, company: str, *, offered_to: str, idempotency_key: str | None = None
    ) -> CompanyChangedResponse:
        """Offer the whole company to another one, which may import it. For its administrators."""
        return cast(
            "CompanyChangedResponse",
            self.post(f"/v1/companies/{segment(company)}/offers", given(offered_to=offered_to), key=idempotency_key),
        )

    def withdraw_company_offer(self, company: str, *, idempotency_key: str | None = None) -> CompanyChangedResponse:
        """Take the offer of the company back, or decline it. For administrators of either company."""
        return cast(
            "CompanyChangedResponse",
            self.post(f"/v1/companies/{segment(company)}/offer-withdrawals", given(), key=idempotency_key),
        )

    def list_company_offers(
        self, *, cursor: str | None = None, limit: int | None = None, at_least: int | None = None
    ) -> CompanyOfferViewPage:
        """Open offers of companies, by and to the caller's. For its administrators."""
        return cast(
            "CompanyOfferViewPage",
            self.get("/v1/company-offers", **given(cursor=cursor, limit=limit, at_least=at_least)),
        )

    def import_company(
        self, company: str, *, former_company: str, idempotency_key: str | None = None
    ) -> CompanyImportedResponse:
        """Take a company over that was offered to this one. For this one's administrators.

        Its projects move with all that is in them, a name that is taken gets a number behind it, its accounts join without
        rights, and it is closed for ever.
        """
        return cast(
            "CompanyImportedResponse",
            self.post(
                f"/v1/companies/{segment(company)}/imports", given(former_company=former_company), key=idempotency_key
            ),
        )

    def find_devices(
        self,
        *,
        order: Literal["serial", "newest_first"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        at_least: int | None = None,
        serial: str | None = None,
        project: str | None = None,
        license_type: str | None = None,
        delivered: bool | None = None,
        blocked: bool | None = None,
        model: str | None = None,
        company: str | None = None,
        expand: str | None = None,
        as_of: str | int | None = None,
    ) -> DeviceViewPage:
        """Devices by serial: those that begin so, stand in this project or company, hold licenses of this type.

        `newest_first` lists those that came last into their project first, of a project or a company, not as of the past.

        A model is that of the vendor's delivery, of which an end customer learns nothing: to it no device has one.

        With `as_of`, those that stood there then, with what was on them and whether its file was delivered. A page may have
        fewer than asked for, even none, although another one follows: it looks at a bounded number of devices.
        """
        return cast(
            "DeviceViewPage",
            self.get(
                "/v1/devices",
                **given(
                    order=order,
                    cursor=cursor,
                    limit=limit,
                    at_least=at_least,
                    serial=serial,
                    project=project,
                    license_type=license_type,
                    delivered=delivered,
                    blocked=blocked,
                    model=model,
                    company=company,
                    expand=expand,
                    as_of=as_of,
                ),
            ),
        )

    def add_device(self, project: str, *, serial: str, idempotency_key: str | None = None) -> DeviceAddedResponse:
        """Bring a device into the project. A device is in one project at a time."""
        return cast(
            "DeviceAddedResponse",
            self.post(f"/v1/projects/{segment(project)}/devices", given(serial=serial), key=idempotency_key),
        )

    def list_devices(
        self,
        project: str,
        *,
        order: Literal["serial", "newest_first"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        at_least: int | None = None,
        as_of: str | int | None = None,
    ) -> DeviceViewPage:
        """The devices of the project, by serial, now or as of any entry or time; or now, what came last first."""
        return cast(
            "DeviceViewPage",
            self.get(
                f"/v1/projects/{segment(project)}/devices",
                **given(order=order, cursor=cursor, limit=limit, at_least=at_least, as_of=as_of),
            ),
        )

    def allocate_licenses(
        self,
        project: str,
        *,
        serial: str,
        licenses: list[WantedLicenses],
        confirm_final: bool | None = None,
        idempotency_key: str | None = None,
    ) -> LicensesAllocatedResponse:
        """Bind licenses of the project's balance to one of its devices, all or none."""
        return cast(
            "LicensesAllocatedResponse",
            self.post(
                f"/v1/projects/{segment(project)}/allocations",
                given(serial=serial, licenses=licenses, confirm_final=confirm_final),
                key=idempotency_key,
            ),
        )

    def get_device(
        self, serial: str, *, at_least: int | None = None, as_of: str | int | None = None, expand: str | None = None
    ) -> DeviceView:
        """A device and the licenses on it, now or as of any entry or time. What `expand` names is told as of now."""
        return cast(
            "DeviceView",
            self.get(f"/v1/devices/{segment(serial)}", **given(at_least=at_least, as_of=as_of, expand=expand)),
        )

    def move_device(self, serial: str, *, project: str, idempotency_key: str | None = None) -> DeviceChangedResponse:
        """Move the device, with all that is on it and its label, to another project of the same company."""
        return cast(
            "DeviceChangedResponse",
            self.post(f"/v1/devices/{segment(serial)}/moves", given(project=project), key=idempotency_key),
        )

    def release_device(self, serial: str, *, idempotency_key: str | None = None) -> DeviceChangedResponse:
        """Let go of a device without PBX licenses: anybody may add it to a project then. Not for guests."""
        return cast(
            "DeviceChangedResponse", self.post(f"/v1/devices/{segment(serial)}/release", given(), key=idempotency_key)
        )

    def offer_device(self, serial: str, *, company: str, idempotency_key: str | None = None) -> DeviceChangedResponse:
        """Offer a device without PBX licenses to another company. Not for guests."""
        return cast(
            "DeviceChangedResponse",
            self.post(f"/v1/devices/{segment(serial)}/offers", given(company=company), key=idempotency_key),
        )

    def withdraw_offer(self, serial: str, *, idempotency_key: str | None = None) -> DeviceChangedResponse:
        """Take an offer back, or decline one."""
        return cast(
            "DeviceChangedResponse",
            self.post(f"/v1/devices/{segment(serial)}/offer-withdrawals", given(), key=idempotency_key),
        )

    def accept_device(self, serial: str, *, project: str, idempotency_key: str | None = None) -> DeviceChangedResponse:
        """Take a device that was offered to the caller's company into one of its projects."""
        return cast(
            "DeviceChangedResponse",
            self.post(f"/v1/devices/{segment(serial)}/acceptances", given(project=project), key=idempotency_key),
        )

    def transfer_device(
        self, serial: str, *, project: str, reason: str, reference: str, idempotency_key: str | None = None
    ) -> DeviceChangedResponse:
        """Move a device to a project of any company, with a reason and a reference. For the vendor's staff."""
        return cast(
            "DeviceChangedResponse",
            self.post(
                f"/v1/devices/{segment(serial)}/staff-moves",
                given(project=project, reason=reason, reference=reference),
                key=idempotency_key,
            ),
        )

    def list_offers(
        self, *, cursor: str | None = None, limit: int | None = None, at_least: int | None = None
    ) -> OfferViewPage:
        """Open offers to the caller's company, and by it as far as the caller handles the devices."""
        return cast(
            "OfferViewPage", self.get("/v1/device-offers", **given(cursor=cursor, limit=limit, at_least=at_least))
        )

    def list_device_labels(self, *, serial: list[str], at_least: int | None = None) -> DeviceLabelsView:
        """What people call some devices: for whoever shows what names devices by their serials alone."""
        return cast("DeviceLabelsView", self.get("/v1/device-labels", **given(at_least=at_least, serial=serial)))

    def get_device_label(self, serial: str, *, at_least: int | None = None) -> KeptLabelView:
        """What people of its project call a device. Another company to which it goes never reads that."""
        return cast("KeptLabelView", self.get(f"/v1/devices/{segment(serial)}/label", **given(at_least=at_least)))

    def label_device(
        self,
        serial: str,
        *,
        own_name: str | None = None,
        place: str | None = None,
        reference: str | None = None,
        at_least: int | None = None,
        idempotency_key: str | None = None,
    ) -> KeptLabelView:
        """Say what people call a device, in the place of what was said before; nothing at all takes the label away.

        With the right `licenses` in its project. The label goes along to another project of the company.
        """
        return cast(
            "KeptLabelView",
            self.post(
                f"/v1/devices/{segment(serial)}/label",
                given(own_name=own_name, place=place, reference=reference),
                key=idempotency_key,
                method="PUT",
                query=given(at_least=at_least),
            ),
        )

    def erase_device_label(
        self, serial: str, *, at_least: int | None = None, idempotency_key: str | None = None
    ) -> KeptLabelView:
        """Take the label of a device away, for good; again is harmless. Also for the vendor's staff."""
        return cast(
            "KeptLabelView",
            self.post(
                f"/v1/devices/{segment(serial)}/label",
                given(),
                key=idempotency_key,
                method="DELETE",
                query=given(at_least=at_least),
            ),
        )

    def get_project_label(self, project: str, *, at_least: int | None = None) -> KeptLabelView:
        """What people call a project besides its name, which is in the log."""
        return cast("KeptLabelView", self.get(f"/v1/projects/{segment(project)}/label", **given(at_least=at_least)))

    def label_project(
        self,
        project: str,
        *,
        own_name: str | None = None,
        place: str | None = None,
        reference: str | None = None,
        at_least: int | None = None,
        idempotency_key: str | None = None,
    ) -> KeptLabelView:
        """Say what people call a project, in the place of what was said before; nothing at all takes the label away.

        With the right `licenses` in it.
        """
        return cast(
            "KeptLabelView",
            self.post(
                f"/v1/projects/{segment(project)}/label",
                given(own_name=own_name, place=place, reference=reference),
                key=idempotency_key,
                method="PUT",
                query=given(at_least=at_least),
            ),
        )

    def erase_project_label(
        self, project: str, *, at_least: int | None = None, idempotency_key: str | None = None
    ) -> KeptLabelView:
        """Take the label of a project away, for good; again is harmless. Also for the vendor's staff."""
        return cast(
            "KeptLabelView",
            self.post(
                f"/v1/projects/{segment(project)}/label",
                given(),
                key=idempotency_key,
                method="DELETE",
                query=given(at_least=at_least),
            ),
        )

    def erase_project_labels(
        self, project: str, *, at_least: int | None = None, idempotency_key: str | None = None
    ) -> ErasedLabelsView:
        """Take all labels and notes of a project away, for good, those of devices that have left it among them.

        For the company's administrators and the vendor's staff.
        """
        return cast(
            "ErasedLabelsView",
            self.post(
                f"/v1/projects/{segment(project)}/labels",
                given(),
                key=idempotency_key,
                method="DELETE",
                query=given(at_least=at_least),
            ),
        )

    def get_note(self, project: str, sequence: str, *, at_least: int | None = None) -> KeptNoteView:
        """What a project says of an entry that concerns it. An entry of two projects may have a note of each."""
        return cast(
            "KeptNoteView",
            self.get(f"/v1/projects/{segment(project)}/notes/{segment(sequence)}", **given(at_least=at_least)),
        )

    def note_entry(
        self,
        project: str,
        sequence: str,
        *,
        note: str | None = None,
        at_least: int | None = None,
        idempotency_key: str | None = None,
    ) -> KeptNoteView:
        """Note something on an entry that concerns the project, such as an allocation, a transfer or a return.

        With the right `licenses` or `return` in it. Who sees the project reads the note with the entry, and nobody else.
        """
        return cast(
            "KeptNoteView",
            self.post(
                f"/v1/projects/{segment(project)}/notes/{segment(sequence)}",
                given(note=note),
                key=idempotency_key,
                method="PUT",
                query=given(at_least=at_least),
            ),
        )

    def erase_note(
        self, project: str, sequence: str, *, at_least: int | None = None, idempotency_key: str | None = None
    ) -> KeptNoteView:
        """Take a note away, for good; again is harmless. Also for the vendor's staff."""
        return cast(
            "KeptNoteView",
            self.post(
                f"/v1/projects/{segment(project)}/notes/{segment(sequence)}",
                given(),
                key=idempotency_key,
                method="DELETE",
                query=given(at_least=at_least),
            ),
        )

    def create_claim_code(self, project: str, *, idempotency_key: str | None = None) -> ClaimCodeCreatedResponse:
        """Make a code by which one device adds itself to the project. It works once, for 30 days.

        The code is in this answer and nowhere else; the same request again gives it again.
        """
        return cast(
            "ClaimCodeCreatedResponse",
            self.post(f"/v1/projects/{segment(project)}/claim-codes", given(), key=idempotency_key),
        )

    def list_claim_codes(
        self,
        project: str,
        *,
        state: Literal["open", "used", "withdrawn"] | None = None,
        limit: int | None = None,
        at_least: int | None = None,
        order: Literal["oldest_first", "newest_first"] | None = None,
        cursor: str | None = None,
    ) -> ClaimCodeViewPage:
        """The codes that were made for the project, and what became of them; never the codes themselves."""
        return cast(
            "ClaimCodeViewPage",
            self.get(
                f"/v1/projects/{segment(project)}/claim-codes",
                **given(state=state, limit=limit, at_least=at_least, order=order, cursor=cursor),
            ),
        )

    def withdraw_claim_code(
        self, project: str, *, code_digest: str, idempotency_key: str | None = None
    ) -> ProjectChangedResponse:
        """Make a code useless that was not used yet."""
        return cast(
            "ProjectChangedResponse",
            self.post(
                f"/v1/projects/{segment(project)}/claim-code-withdrawals",
                given(code_digest=code_digest),
                key=idempotency_key,
            ),
        )

    def replace_device(
        self,
        serial: str,
        *,
        replacement: str,
        rma: str,
        reason: str,
        other_model: bool | None = None,
        project: str | None = None,
        idempotency_key: str | None = None,
    ) -> DeviceReplacedResponse:
        """Put another device in the place of a broken one, under its RMA. For the vendor's staff.

        All PBX and gateway licenses go along, the warranty goes on to the same day, and a test that was used stays used.
        The broken device gets no license file any more. An RMA does this once, and nothing undoes it: name the project
        where the broken device should be, and a mistyped serial is refused.
        """
        return cast(
            "DeviceReplacedResponse",
            self.post(
                f"/v1/devices/{segment(serial)}/replacements",
                given(replacement=replacement, rma=rma, reason=reason, other_model=other_model, project=project),
                key=idempotency_key,
            ),
        )

    def recommission_device(
        self, serial: str, *, document: str, reason: str, idempotency_key: str | None = None
    ) -> DeviceRecommissionedResponse:
        """Take a device that was replaced back into stock, blank. For the vendor's staff.

        The box gives its certificate up on the bench; its return document proves its key. The receipt, which it fetches by
        itself or which staff downloads, brings the certificate of its next generation. It is in no project then.
        """
        return cast(
            "DeviceRecommissionedResponse",
            self.post(
                f"/v1/devices/{segment(serial)}/recommissionings",
                given(document=document, reason=reason),
                key=idempotency_key,
            ),
        )

    def list_replacements(
        self,
        *,
        limit: int | None = None,
        at_least: int | None = None,
        order: Literal["oldest_first", "newest_first"] | None = None,
        cursor: str | None = None,
    ) -> ReplacementViewPage:
        """Broken devices and what stands in for them, in the projects that the caller sees; all for the vendor's staff."""
        return cast(
            "ReplacementViewPage",
            self.get("/v1/replacements", **given(limit=limit, at_least=at_least, order=order, cursor=cursor)),
        )

    def get_license_file(self, serial: str, *, at_least: int | None = None) -> bytes:
        """The newest license file of a device, to be uploaded to it by hand. The first delivery of a file is recorded.

        Recording it is a change: a token with scopes needs `licenses:write` for it, too.
        """
        return self.get_document(f"/v1/devices/{segment(serial)}/license-file", **given(at_least=at_least))

    def return_licenses(self, serial: str, document: bytes) -> bytes:
        """Give back the PBX licenses of a device whose certificate was invalidated.

        The body is the return document that the device made; the answer is the receipt to be uploaded to it. The same
        document again gets the same receipt.
        """
        return self.put_document(f"/v1/devices/{segment(serial)}/return", document)

    def get_return_receipt(self, serial: str, *, at_least: int | None = None) -> bytes:
        """The receipt of the device's last return."""
        return self.get_document(f"/v1/devices/{segment(serial)}/return-receipt", **given(at_least=at_least))

    def release_return_limit(
        self, serial: str, *, reason: str, reference: str, idempotency_key: str | None = None
    ) -> ReturnLimitReleasedResponse:
        """Let a device give back again that has done so five times within 30 days. For the vendor's staff."""
        return cast(
            "ReturnLimitReleasedResponse",
            self.post(
                f"/v1/devices/{segment(serial)}/return-limit-releases",
                given(reason=reason, reference=reference),
                key=idempotency_key,
            ),
        )

    def list_return_limit_releases(
        self,
        *,
        limit: int | None = None,
        at_least: int | None = None,
        order: Literal["oldest_first", "newest_first"] | None = None,
        cursor: str | None = None,
    ) -> ReturnLimitReleaseViewPage:
        """Devices that staff let give back again, and why. For the vendor's staff."""
        return cast(
            "ReturnLimitReleaseViewPage",
            self.get("/v1/return-limit-releases", **given(limit=limit, at_least=at_least, order=order, cursor=cursor)),
        )

    def list_spent_certificates(
        self,
        *,
        limit: int | None = None,
        at_least: int | None = None,
        order: Literal["oldest_first", "newest_first"] | None = None,
        cursor: str | None = None,
    ) -> SpentCertificateViewPage:
        """Devices that showed a certificate which they had given up, such as one from a backup. For the vendor's staff."""
        return cast(
            "SpentCertificateViewPage",
            self.get("/v1/spent-certificates", **given(limit=limit, at_least=at_least, order=order, cursor=cursor)),
        )

    def get_stop(self) -> LogStopView:
        """Where the read side is stopped, if it is, and which decisions wait there. For the vendor's staff.

        The signer's laws are stricter: its `/readyz` and its log name an entry that only the signer refuses.
        """
        return cast("LogStopView", self.get("/v1/ledger/stop", **given()))

    def propose_setting_aside(
        self,
        *,
        reason: str,
        reference: str,
        entries: list[NamedEntryBody],
        law: str,
        idempotency_key: str | None = None,
    ) -> SettingAsideResponse:
        """Ask that entries do not count, by sequence, hash and law. They do until another of the staff approves it."""
        return cast(
            "SettingAsideResponse",
            self.post(
                "/v1/ledger/set-asides",
                given(reason=reason, reference=reference, entries=entries, law=law),
                key=idempotency_key,
            ),
        )

    def approve_setting_aside(self, decision: str, *, idempotency_key: str | None = None) -> SettingAsideResponse:
        """Set aside what another account of the staff proposed: every reader goes on as if those entries were empty."""
        return cast(
            "SettingAsideResponse",
            self.post(f"/v1/ledger/set-asides/{segment(decision)}/approval", given(), key=idempotency_key),
        )

    def get_entry_texts(self, sequence: str, *, at_least: int | None = None) -> EntryTextsView:
        """Texts of staff, each with salt and digest, so that anybody can check it. For the vendor's staff.

        The digest is SHA-256 of the line `licensing/staff-text/v1`, the salt and the text.
        """
        return cast("EntryTextsView", self.get(f"/v1/entries/{segment(sequence)}/texts", **given(at_least=at_least)))

    def erase_entry_texts(
        self, sequence: str, *, at_least: int | None = None, idempotency_key: str | None = None
    ) -> EntryTextsView:
        """Erase the texts of staff that an entry names, for ever; again is harmless. For the vendor's staff.

        The entry stays as it is. Wherever a text was shown, `erased` stands from now on.
        """
        return cast(
            "EntryTextsView",
            self.post(
                f"/v1/entries/{segment(sequence)}/texts",
                given(),
                key=idempotency_key,
                method="DELETE",
                query=given(at_least=at_least),
            ),
        )

    def issue_activation_key(
        self,
        *,
        licenses: list[WantedLicenses],
        order_number: str,
        customer_reference: str | None = None,
        idempotency_key: str | None = None,
    ) -> ActivationKeyIssuedResponse:
        """Put a key into the world. For the vendor's staff.

        The key is in this answer and nowhere else: the ledger keeps only its digest. The same request again gives it again.
        """
        return cast(
            "ActivationKeyIssuedResponse",
            self.post(
                "/v1/activation-keys",
                given(licenses=licenses, order_number=order_number, customer_reference=customer_reference),
                key=idempotency_key,
            ),
        )

    def list_activation_keys(
        self,
        *,
        order_number: str | None = None,
        limit: int | None = None,
        at_least: int | None = None,
        order: Literal["oldest_first", "newest_first"] | None = None,
        cursor: str | None = None,
    ) -> ActivationKeyViewPage:
        """Issued keys in the order in which they were issued. For the vendor's staff."""
        return cast(
            "ActivationKeyViewPage",
            self.get(
                "/v1/activation-keys",
                **given(order_number=order_number, limit=limit, at_least=at_least, order=order, cursor=cursor),
            ),
        )

    def preview_activation_key(
        self,
        *,
        activation_key: str,
        project: str | None = None,
        at_least: int | None = None,
        idempotency_key: str | None = None,
    ) -> ActivationKeyPreview:
        """What a key stands for, before it is redeemed; and what would become of it in a project, where one is named.

        Refused as the redemption would be, and a key that does not exist counts as one that was typed in vain. Where it
        was redeemed to is told to whoever may see that project.
        """
        return cast(
            "ActivationKeyPreview",
            self.post(
                "/v1/activation-keys/previews",
                given(activation_key=activation_key, project=project),
                key=idempotency_key,
                query=given(at_least=at_least),
            ),
        )

    def redeem_activation_key(
        self, *, activation_key: str, project: str, idempotency_key: str | None = None
    ) -> ActivationKeyRedeemedResponse:
        """Turn a key's licenses into a project's balance, once. Case, blanks and hyphens do not matter."""
        return cast(
            "ActivationKeyRedeemedResponse",
            self.post(
                "/v1/activation-keys/redemptions",
                given(activation_key=activation_key, project=project),
                key=idempotency_key,
            ),
        )

    def import_legacy_licenses(
        self,
        project: str,
        *,
        licenses: list[LegacyLicensesBody],
        reference: str,
        serial: str | None = None,
        legacy_key: str | None = None,
        idempotency_key: str | None = None,
    ) -> LegacyLicensesImportedResponse:
        """Bring licenses of the old manager into a project: a key's, or a line of its export list. For staff."""
        return cast(
            "LegacyLicensesImportedResponse",
            self.post(
                f"/v1/projects/{segment(project)}/legacy-licenses",
                given(serial=serial, legacy_key=legacy_key, licenses=licenses, reference=reference),
                key=idempotency_key,
            ),
        )

    def get_legacy_licenses(self, project: str, *, at_least: int | None = None) -> LegacyView:
        """The project's old licenses: free ones, and those on devices with the consent that they need."""
        return cast(
            "LegacyView", self.get(f"/v1/projects/{segment(project)}/legacy-licenses", **given(at_least=at_least))
        )

    def preview_legacy_conversion(self, project: str, *, at_least: int | None = None) -> ConversionPreview:
        """What the project's free old licenses become, or why they can't be converted."""
        return cast(
            "ConversionPreview",
            self.get(f"/v1/projects/{segment(project)}/legacy-conversions/preview", **given(at_least=at_least)),
        )

    def convert_legacy_licenses(
        self, project: str, *, preview_digest: str, idempotency_key: str | None = None
    ) -> LegacyLicensesConvertedResponse:
        """Convert all free old licenses of the project, exactly as the preview with this digest said."""
        return cast(
            "LegacyLicensesConvertedResponse",
            self.post(
                f"/v1/projects/{segment(project)}/legacy-conversions",
                given(preview_digest=preview_digest),
                key=idempotency_key,
            ),
        )

    def list_legacy_conversions(
        self, project: str, *, cursor: str | None = None, limit: int | None = None, at_least: int | None = None
    ) -> LegacyConversionViewPage:
        """What old licenses of the project became, oldest first."""
        return cast(
            "LegacyConversionViewPage",
            self.get(
                f"/v1/projects/{segment(project)}/legacy-conversions",
                **given(cursor=cursor, limit=limit, at_least=at_least),
            ),
        )

    def give_legacy_consent(
        self, serial: str, *, no_downgrade_below_version_8: bool, idempotency_key: str | None = None
    ) -> LegacyConsentGivenResponse:
        """Agree that the device never goes below version 8 again, and gets a new bootcode.

        The consent is an entry with account and time. From then on a return frees the device's old licenses, too.
        """
        return cast(
            "LegacyConsentGivenResponse",
            self.post(
                f"/v1/devices/{segment(serial)}/legacy-consent",
                given(no_downgrade_below_version_8=no_downgrade_below_version_8),
                key=idempotency_key,
            ),
        )

    def register_legacy_keys(
        self, *, keys: list[ListedKeyBody], reference: str, idempotency_key: str | None = None
    ) -> LegacyKeysRegisteredResponse:
        """Say which keys the old manager gave out, and for what: lines of its export list. For the vendor's staff.

        A partner imports the key that they hold by typing it; its licenses are those that were registered.
        """
        return cast(
            "LegacyKeysRegisteredResponse",
            self.post("/v1/legacy-keys", given(keys=keys, reference=reference), key=idempotency_key),
        )

    def list_legacy_keys(
        self,
        *,
        order: Literal["oldest_first", "newest_first"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        at_least: int | None = None,
    ) -> LegacyKeyViewPage:
        """The old manager's list, and where its keys were imported to. For the vendor's staff."""
        return cast(
            "LegacyKeyViewPage",
            self.get("/v1/legacy-keys", **given(order=order, cursor=cursor, limit=limit, at_least=at_least)),
        )

    def import_legacy_key(
        self, project: str, *, legacy_key: str, idempotency_key: str | None = None
    ) -> LegacyLicensesImportedResponse:
        """Bring the licenses of a key of the old manager into the project, once. Case, blanks and hyphens do not matter."""
        return cast(
            "LegacyLicensesImportedResponse",
            self.post(
                f"/v1/projects/{segment(project)}/legacy-keys", given(legacy_key=legacy_key), key=idempotency_key
            ),
        )

    def list_legacy_imports(
        self, project: str, *, cursor: str | None = None, limit: int | None = None, at_least: int | None = None
    ) -> LegacyImportViewPage:
        """Old licenses as they came into the project, oldest first."""
        return cast(
            "LegacyImportViewPage",
            self.get(
                f"/v1/projects/{segment(project)}/legacy-imports",
                **given(cursor=cursor, limit=limit, at_least=at_least),
            ),
        )

    def list_legacy_consents(
        self, project: str, *, cursor: str | None = None, limit: int | None = None, at_least: int | None = None
    ) -> LegacyConsentViewPage:
        """Consents that were given for devices while they were in the project, oldest first."""
        return cast(
            "LegacyConsentViewPage",
            self.get(
                f"/v1/projects/{segment(project)}/legacy-consents",
                **given(cursor=cursor, limit=limit, at_least=at_least),
            ),
        )

    def block(
        self,
        *,
        reason: str,
        reference: str,
        activation_key: str | None = None,
        serial: str | None = None,
        company: str | None = None,
        idempotency_key: str | None = None,
    ) -> BlockResponse:
        """Stop a key, a device or a company. For the vendor's staff.

        A blocked key cannot be redeemed; a blocked device gets neither licenses nor license files; a blocked company can
        do nothing but look.
        """
        return cast(
            "BlockResponse",
            self.post(
                "/v1/blocks",
                given(
                    activation_key=activation_key, serial=serial, company=company, reason=reason, reference=reference
                ),
                key=idempotency_key,
            ),
        )

    def list_blocks(
        self,
        *,
        limit: int | None = None,
        holding: bool | None = None,
        at_least: int | None = None,
        order: Literal["oldest_first", "newest_first"] | None = None,
        cursor: str | None = None,
    ) -> BlockViewPage:
        """Blocks in their order: all for staff; for a company's administrators its own and those of its devices."""
        return cast(
            "BlockViewPage",
            self.get(
                "/v1/blocks", **given(limit=limit, holding=holding, at_least=at_least, order=order, cursor=cursor)
            ),
        )

    def unblock(
        self,
        *,
        reason: str,
        reference: str,
        activation_key: str | None = None,
        serial: str | None = None,
        company: str | None = None,
        idempotency_key: str | None = None,
    ) -> BlockResponse:
        """Let a key, a device or a company go on. For the vendor's staff."""
        return cast(
            "BlockResponse",
            self.post(
                "/v1/blocks/releases",
                given(
                    activation_key=activation_key, serial=serial, company=company, reason=reason, reference=reference
                ),
                key=idempotency_key,
            ),
        )

    def download_license_file(
        self, serial: str, *, reason: str, reference: str, idempotency_key: str | None = None
    ) -> bytes:
        """The newest license file of a device, the same bytes as its company and the device get. For the vendor's staff.

        Who took it, when and why is an entry of the ledger before it leaves; the company sees it in the device's history.
        """
        return self.post_for_document(
            f"/v1/devices/{segment(serial)}/staff-downloads",
            given(reason=reason, reference=reference),
            key=idempotency_key,
        )

    def list_staff_downloads(
        self,
        *,
        limit: int | None = None,
        at_least: int | None = None,
        order: Literal["oldest_first", "newest_first"] | None = None,
        cursor: str | None = None,
    ) -> StaffDownloadViewPage:
        """License files that staff took, with reason and reference. For the vendor's staff."""
        return cast(
            "StaffDownloadViewPage",
            self.get("/v1/staff-downloads", **given(limit=limit, at_least=at_least, order=order, cursor=cursor)),
        )

    def propose_correction(
        self,
        *,
        reason: str,
        reference: str,
        source: str,
        target: str,
        licenses: list[WantedLicenses],
        idempotency_key: str | None = None,
    ) -> CorrectionResponse:
        """Ask for a correction with reason and reference. Nothing moves before another of the staff approves it."""
        return cast(
            "CorrectionResponse",
            self.post(
                "/v1/corrections",
                given(reason=reason, reference=reference, source=source, target=target, licenses=licenses),
                key=idempotency_key,
            ),
        )

    def list_corrections(
        self,
        *,
        state: Literal["proposed", "applied", "rejected"] | None = None,
        limit: int | None = None,
        at_least: int | None = None,
        order: Literal["oldest_first", "newest_first"] | None = None,
        cursor: str | None = None,
    ) -> CorrectionViewPage:
        """Corrections in the order of their proposals. For the vendor's staff."""
        return cast(
            "CorrectionViewPage",
            self.get(
                "/v1/corrections", **given(state=state, limit=limit, at_least=at_least, order=order, cursor=cursor)
            ),
        )

    def propose_linked_corrections(
        self, *, reason: str, reference: str, lines: list[CorrectionLineBody], idempotency_key: str | None = None
    ) -> CorrectionResponse:
        """Ask for several corrections that belong together: one approval moves all lines in one entry, or none.

        Each line is of one company; several lines may be of several, which read of their own part alone. Lines with a
        device are of that device and its project. A type is taken from an account or comes into it, never both. A refusal
        names the `line`, counted from 1. The proposal is read, approved and rejected among all corrections.
        """
        return cast(
            "CorrectionResponse",
            self.post(
                "/v1/linked-corrections", given(reason=reason, reference=reference, lines=lines), key=idempotency_key
            ),
        )

    def approve_correction(self, correction: str, *, idempotency_key: str | None = None) -> CorrectionResponse:
        """Carry out what another account of the staff proposed."""
        return cast(
            "CorrectionResponse",
            self.post(f"/v1/corrections/{segment(correction)}/approval", given(), key=idempotency_key),
        )

    def reject_correction(
        self, correction: str, *, reason: str, idempotency_key: str | None = None
    ) -> CorrectionResponse:
        """Close a proposal without carrying it out; its proposer may do so, too."""
        return cast(
            "CorrectionResponse",
            self.post(f"/v1/corrections/{segment(correction)}/rejection", given(reason=reason), key=idempotency_key),
        )

    def get_correction(self, correction: str, *, at_least: int | None = None) -> CorrectionView:
        """One correction. For the vendor's staff."""
        return cast("CorrectionView", self.get(f"/v1/corrections/{segment(correction)}", **given(at_least=at_least)))

    def list_license_types(
        self, *, cursor: str | None = None, limit: int | None = None, at_least: int | None = None
    ) -> LicenseTypeViewPage:
        """The catalog, by name."""
        return cast(
            "LicenseTypeViewPage", self.get("/v1/license-types", **given(cursor=cursor, limit=limit, at_least=at_least))
        )

    def define_license_types(
        self, *, license_types: list[LicenseTypeFacts], reference: str, idempotency_key: str | None = None
    ) -> CommandResponse:
        """Add license types, or change the weight and the limits of known ones. For the vendor's staff."""
        return cast(
            "CommandResponse",
            self.post(
                "/v1/license-types", given(license_types=license_types, reference=reference), key=idempotency_key
            ),
        )

    def list_device_models(
        self, *, cursor: str | None = None, limit: int | None = None, at_least: int | None = None
    ) -> DeviceModelViewPage:
        """Device models, by name."""
        return cast(
            "DeviceModelViewPage", self.get("/v1/device-models", **given(cursor=cursor, limit=limit, at_least=at_least))
        )

    def define_device_models(
        self, *, models: list[DeviceModel], reference: str, idempotency_key: str | None = None
    ) -> CommandResponse:
        """Add device models, or change known ones for later deliveries. For the vendor's staff."""
        return cast(
            "CommandResponse",
            self.post("/v1/device-models", given(models=models, reference=reference), key=idempotency_key),
        )

    def list_delivered_devices(
        self,
        *,
        serial: str | None = None,
        order: Literal["serial", "-delivered_on"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        at_least: int | None = None,
    ) -> DeliveredDeviceViewPage:
        """Devices that are registered as delivered, by serial or by the day of their delivery. For the vendor's staff."""
        return cast(
            "DeliveredDeviceViewPage",
            self.get(
                "/v1/delivered-devices",
                **given(serial=serial, order=order, cursor=cursor, limit=limit, at_least=at_least),
            ),
        )

    def register_devices(
        self, *, devices: list[DeliveredDeviceBody], reference: str, idempotency_key: str | None = None
    ) -> CommandResponse:
        """Say which devices were delivered, as what, and when; all or none. For the vendor's staff."""
        return cast(
            "CommandResponse",
            self.post("/v1/delivered-devices", given(devices=devices, reference=reference), key=idempotency_key),
        )

    def propose_delivery_correction(
        self,
        serial: str,
        *,
        reason: str,
        reference: str,
        model: str,
        delivered_on: str,
        idempotency_key: str | None = None,
    ) -> CorrectionResponse:
        """Ask to correct the model or the day of delivery of a registered device. For the vendor's staff.

        Nothing changes before another of the staff approves it. Then the warranty counts from the new day: the months that
        were bought stay, and where the model changes, the base is the new model's.
        """
        return cast(
            "CorrectionResponse",
            self.post(
                f"/v1/delivered-devices/{segment(serial)}/corrections",
                given(reason=reason, reference=reference, model=model, delivered_on=delivered_on),
                key=idempotency_key,
            ),
        )

    def extend_warranty(
        self, serial: str, *, license_type: str, confirm_final: bool | None = None, idempotency_key: str | None = None
    ) -> WarrantyExtendedResponse:
        """Use up one extension of the balance of the device's project, while the warranty runs."""
        return cast(
            "WarrantyExtendedResponse",
            self.post(
                f"/v1/devices/{segment(serial)}/warranty-extensions",
                given(license_type=license_type, confirm_final=confirm_final),
                key=idempotency_key,
            ),
        )

    def get_guarantee(
        self, serial: str, *, at_least: int | None = None, as_of: str | int | None = None
    ) -> GuaranteeStatus:
        """The guarantee status of a device, for resellers and the vendor's staff. To others there is no such device.

        A company sees that of a device that was in contact there, or that the vendor delivered to it.

        As of an entry or a time, state and days left are those of that day.
        """
        return cast(
            "GuaranteeStatus",
            self.get(f"/v1/devices/{segment(serial)}/guarantee", **given(at_least=at_least, as_of=as_of)),
        )

    def issue_test_licenses(
        self,
        serial: str,
        *,
        version: int,
        slave: bool | None = None,
        count: int | None = None,
        idempotency_key: str | None = None,
    ) -> TestIssuedResponse:
        """Put the device's one test on it; it is in the device's next license file.

        The same request again while the test runs is answered with the entry that issued it. The device was in contact in
        its company, or the vendor delivered it there.
        """
        return cast(
            "TestIssuedResponse",
            self.post(
                f"/v1/devices/{segment(serial)}/test-licenses",
                given(version=version, slave=slave, count=count),
                key=idempotency_key,
            ),
        )

    def get_test_licenses(
        self, serial: str, *, at_least: int | None = None, as_of: str | int | None = None
    ) -> TestView:
        """The test that the device has or has had, now or as of any entry or time."""
        return cast(
            "TestView",
            self.get(f"/v1/devices/{segment(serial)}/test-licenses", **given(at_least=at_least, as_of=as_of)),
        )

    def release_test(
        self, serial: str, *, reason: str, reference: str, idempotency_key: str | None = None
    ) -> TestReleasedResponse:
        """Let a device have a test again whose one test somebody else had used up. For the vendor's staff.

        A test that runs ends with it.
        """
        return cast(
            "TestReleasedResponse",
            self.post(
                f"/v1/devices/{segment(serial)}/test-releases",
                given(reason=reason, reference=reference),
                key=idempotency_key,
            ),
        )

    def get_software_service(self, project: str, *, at_least: int | None = None) -> ServiceStatus:
        """Whether it runs, until when, and what waits to be paid."""
        return cast(
            "ServiceStatus", self.get(f"/v1/projects/{segment(project)}/software-service", **given(at_least=at_least))
        )

    def buy_software_service(
        self, project: str, *, months: int, preview_digest: str, idempotency_key: str | None = None
    ) -> SoftwareServiceResponse:
        """Pay for months of software service for all licenses of the project, at the price that was looked at."""
        return cast(
            "SoftwareServiceResponse",
            self.post(
                f"/v1/projects/{segment(project)}/software-service",
                given(months=months, preview_digest=preview_digest),
                key=idempotency_key,
            ),
        )

    def get_price_of_months(self, project: str, *, months: int, at_least: int | None = None) -> ServicePrice:
        """What so many more months cost now, and where they lead. Nothing is reserved.

        Held licenses are not in the price while service runs; what they owe to the same end is said beside it.
        """
        return cast(
            "ServicePrice",
            self.get(
                f"/v1/projects/{segment(project)}/software-service/price", **given(months=months, at_least=at_least)
            ),
        )

    def get_price_of_held_licenses(self, project: str, *, at_least: int | None = None) -> ServicePrice:
        """What the held licenses owe to the end of the project's service."""
        return cast(
            "ServicePrice",
            self.get(
                f"/v1/projects/{segment(project)}/software-service/held-licenses/price", **given(at_least=at_least)
            ),
        )

    def release_held_licenses(
        self, project: str, *, preview_digest: str, idempotency_key: str | None = None
    ) -> SoftwareServiceResponse:
        """Pay what held licenses owe; then they are free in the balance."""
        return cast(
            "SoftwareServiceResponse",
            self.post(
                f"/v1/projects/{segment(project)}/software-service/held-licenses/releases",
                given(preview_digest=preview_digest),
                key=idempotency_key,
            ),
        )

    def upgrade_licenses(
        self, project: str, *, version: int, serial: str | None = None, idempotency_key: str | None = None
    ) -> LicensesUpgradedResponse:
        """Exchange PBX licenses for a newer major version while software service runs."""
        return cast(
            "LicensesUpgradedResponse",
            self.post(
                f"/v1/projects/{segment(project)}/upgrades", given(version=version, serial=serial), key=idempotency_key
            ),
        )

    def list_entries(
        self,
        *,
        after: int | None = None,
        order: Literal["oldest_first", "newest_first"] | None = None,
        limit: int | None = None,
        at_least: int | None = None,
        project: str | None = None,
        device: str | None = None,
        types: list[str] | None = None,
        license_type: str | None = None,
        company: str | None = None,
    ) -> EntriesView:
        """Every entry that concerns what the caller sees, with what it moved there: the feed to follow a ledger by.

        Staff reads all; an administrator what concerns the company; others, and an administrator besides, what concerns
        projects that they have rights in. `GET /v1/entries/stream` tells the same as it happens.
        """
        return cast(
            "EntriesView",
            self.get(
                "/v1/entries",
                **given(
                    after=after,
                    order=order,
                    limit=limit,
                    at_least=at_least,
                    project=project,
                    device=device,
                    types=types,
                    license_type=license_type,
                    company=company,
                ),
            ),
        )

    def list_expirations(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        at_least: int | None = None,
        within: int | None = None,
        kind: Literal["software_service", "warranty", "test_licenses", "claim_code", "invitation"] | None = None,
        project: str | None = None,
        company: str | None = None,
    ) -> ExpirationViewPage:
        """What ends within some days (Europe/Berlin), the soonest first: what the caller may see of it.

        Warranties are listed for resellers and the vendor's staff, each once the device was in contact in its company or
        was delivered to it. Claim codes are listed for whoever has `licenses` in the project, invitations for
        administrators.
        """
        return cast(
            "ExpirationViewPage",
            self.get(
                "/v1/expirations",
                **given(
                    cursor=cursor,
                    limit=limit,
                    at_least=at_least,
                    within=within,
                    kind=kind,
                    project=project,
                    company=company,
                ),
            ),
        )

    def list_support_cases(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        state: Literal["open", "waiting_customer", "closed", "all"] | None = None,
        kind: Literal["support", "presales"] | None = None,
        q: str | None = None,
        order: Literal["-changed", "changed", "-opened", "opened"] | None = None,
        company: str | None = None,
    ) -> SupportCaseViewPage:
        """Cases of the company that the caller acts for, those that are open unless others are asked for.

        Every member sees them all, without a right in any project. Presales cases are for resellers. The vendor's staff
        sees those of all companies.
        """
        return cast(
            "SupportCaseViewPage",
            self.get(
                "/v1/support-cases",
                **given(cursor=cursor, limit=limit, state=state, kind=kind, q=q, order=order, company=company),
            ),
        )

    def get_support_case(self, number: str) -> SupportCaseDetailView:
        """A case by the help desk's number, with its public messages."""
        return cast("SupportCaseDetailView", self.get(f"/v1/support-cases/{segment(number)}", **given()))

    def search(self, *, q: str, limit: int | None = None, at_least: int | None = None) -> SearchView:
        """What the caller may see of all that matches, kind by kind, the best match first.

        The vendor's staff also finds delivered devices that are in no project, and entries by their reference.
        """
        return cast("SearchView", self.get("/v1/search", **given(q=q, limit=limit, at_least=at_least)))

    def explain_balance(
        self,
        project: str,
        *,
        license_type: str,
        cursor: str | None = None,
        limit: int | None = None,
        at_least: int | None = None,
        as_of: str | int | None = None,
    ) -> WhyView:
        """Why the balance of a type is what it is: every movement with its entry, its cause, and the running total."""
        return cast(
            "WhyView",
            self.get(
                f"/v1/projects/{segment(project)}/balance/why",
                **given(license_type=license_type, cursor=cursor, limit=limit, at_least=at_least, as_of=as_of),
            ),
        )

    def get_project_history(
        self, project: str, *, cursor: str | None = None, limit: int | None = None, at_least: int | None = None
    ) -> EntryViewPage:
        """Every entry that concerns the project, oldest first."""
        return cast(
            "EntryViewPage",
            self.get(
                f"/v1/projects/{segment(project)}/history", **given(cursor=cursor, limit=limit, at_least=at_least)
            ),
        )

    def get_device_history(
        self, serial: str, *, cursor: str | None = None, limit: int | None = None, at_least: int | None = None
    ) -> EntryViewPage:
        """Every entry that concerns the device while in projects that the caller sees, oldest first; all for staff."""
        return cast(
            "EntryViewPage",
            self.get(f"/v1/devices/{segment(serial)}/history", **given(cursor=cursor, limit=limit, at_least=at_least)),
        )

    def get_company_history(
        self, company: str, *, cursor: str | None = None, limit: int | None = None, at_least: int | None = None
    ) -> EntryViewPage:
        """Every entry that concerns the company or something of it, oldest first."""
        return cast(
            "EntryViewPage",
            self.get(
                f"/v1/companies/{segment(company)}/history", **given(cursor=cursor, limit=limit, at_least=at_least)
            ),
        )

    def list_redeemed_keys(
        self,
        project: str,
        *,
        limit: int | None = None,
        at_least: int | None = None,
        order: Literal["oldest_first", "newest_first"] | None = None,
        cursor: str | None = None,
    ) -> ActivationKeyViewPage:
        """The keys that were redeemed into the project, in that order. Their orders are told to the vendor's staff only."""
        return cast(
            "ActivationKeyViewPage",
            self.get(
                f"/v1/projects/{segment(project)}/activation-keys",
                **given(limit=limit, at_least=at_least, order=order, cursor=cursor),
            ),
        )

    def get_activation_key(self, key_digest: str, *, at_least: int | None = None) -> ActivationKeyView:
        """One key, by the digest that the ledger keeps of it: what it held, and what became of it.

        For the vendor's staff, and for whoever may see the project that it was redeemed into.
        """
        return cast(
            "ActivationKeyView", self.get(f"/v1/activation-keys/{segment(key_digest)}", **given(at_least=at_least))
        )

    def get_activation_key_history(
        self, key_digest: str, *, cursor: str | None = None, limit: int | None = None, at_least: int | None = None
    ) -> EntryViewPage:
        """Every entry that concerns the key, oldest first, for whoever may see the key."""
        return cast(
            "EntryViewPage",
            self.get(
                f"/v1/activation-keys/{segment(key_digest)}/history",
                **given(cursor=cursor, limit=limit, at_least=at_least),
            ),
        )

    def list_accesses(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        account: str | None = None,
        company: str | None = None,
        project: str | None = None,
        device: str | None = None,
        case: str | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> AccessViewPage:
        """What the vendor's staff has read, newest first: all, of one account, or about one thing. For the vendor's staff.

        Each GET that told something of a company is here, this one, too; it was recorded before it was told.
        """
        return cast(
            "AccessViewPage",
            self.get(
                "/v1/accesses",
                **given(
                    cursor=cursor,
                    limit=limit,
                    account=account,
                    company=company,
                    project=project,
                    device=device,
                    case=case,
                    since=since,
                    until=until,
                ),
            ),
        )
