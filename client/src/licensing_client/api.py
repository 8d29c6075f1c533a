"""The API's operations and what they take and give. Made from its OpenAPI description by `python -m dev.client`."""

# ruff: noqa: E501  # sentences are the API's
from __future__ import annotations

from typing import Literal, NotRequired, TypedDict, cast

from licensing_client.transport import Transport, given


class ActivationKeyIssued(TypedDict):
    sequence: int
    activation_key: str


class ActivationKeyRedeemed(TypedDict):
    sequence: int
    project: str


class ActivationKeyView(TypedDict):
    """A key as the vendor's staff sees it; the key itself is kept nowhere."""

    key_digest: str
    key_hint: str
    licenses: list[LicensesView]
    order_number: str
    customer_reference: str | None
    issued_sequence: int
    issued: str
    company: str | None
    project: str | None
    redeemed_sequence: int | None
    redeemed: str | None


class BalanceView(TypedDict):
    project: str
    licenses: list[FreeLicenses]
    as_of: NotRequired[int | None]


class CauseView(TypedDict):
    """One movement of a balance with its cause; the units of all of them sum to the balance."""

    sequence: int
    line: int
    time: str
    units: int
    held: int
    event_type: str
    subject: str
    actor: str
    command_id: str
    correlation_id: str


class CompanyRegistered(TypedDict):
    sequence: int
    company: str


class CompanyView(TypedDict):
    company: str
    kind: Literal["reseller", "end_customer", "vendor"]
    default_project: str
    sequence: int
    registered: str


class DeliveryView(TypedDict):
    issue: int
    path: Literal["direct", "manual"]
    time: str
    file_sha256: str


class DeviceAdded(TypedDict):
    sequence: int
    serial: str
    project: str


class DeviceView(TypedDict):
    serial: str
    project: str
    generation: int
    issue: int
    licenses: list[LicensesView]
    sequence: int
    changed: str
    delivery: DeliveryView | None
    as_of: NotRequired[int | None]


class EntryView(TypedDict):
    """An entry of the ledger and its cause."""

    sequence: int
    time: str
    actor: str
    event_type: str
    subject: str
    command_id: str
    correlation_id: str
    movements: list[MovedView]


class FreeLicenses(TypedDict):
    license_type: str
    license_class: Literal["pbx", "gateway", "warranty", "service"]
    free: int


class LicensesAllocated(TypedDict):
    sequence: int
    serial: str
    project: str


class LicensesView(TypedDict):
    license_type: str
    license_class: Literal["pbx", "gateway", "warranty", "service"]
    count: int


class MovedView(TypedDict):
    """What an entry moved into an account, or out of it when negative, and what the account held then."""

    license_type: str
    units: int
    held: int


class MovementView(TypedDict):
    sequence: int
    line: int
    time: str
    account: str
    license_type: str
    units: int
    held: int
    event_type: str
    actor: str


class ActivationKeyViewPage(TypedDict):
    items: list[ActivationKeyView]
    next: str | None


class CompanyViewPage(TypedDict):
    items: list[CompanyView]
    next: str | None


class DeviceViewPage(TypedDict):
    items: list[DeviceView]
    next: str | None


class EntryViewPage(TypedDict):
    items: list[EntryView]
    next: str | None


class MovementViewPage(TypedDict):
    items: list[MovementView]
    next: str | None


class ProjectViewPage(TypedDict):
    items: list[ProjectView]
    next: str | None


class ProblemBody(TypedDict):
    """RFC 9457: why a request got no. `code` is stable and for programs; further members say more."""

    type: str
    title: str
    status: int
    code: str
    detail: NotRequired[str]


class ProjectCreated(TypedDict):
    sequence: int
    project: str
    name: str


class ProjectView(TypedDict):
    project: str
    company: str
    name: str
    sequence: int
    created: str


class WantedLicenses(TypedDict):
    license_type: str
    count: int


class WhyView(TypedDict):
    """The movements of a balance, oldest first; `held` of the last one is the balance."""

    items: list[CauseView]
    next: str | None
    project: str
    license_type: str
    as_of: NotRequired[int | None]


class Operations(Transport):
    """One method for each operation."""

    def register_company(
        self,
        *,
        kind: Literal["reseller", "end_customer", "vendor"],
        administrator: str,
        company: str | None = None,
        idempotency_key: str | None = None,
    ) -> CompanyRegistered:
        """Make a company known, with its first administrator. It starts with a project DEFAULT.

        The vendor's staff registers any company; an account registers its own company as an end customer.
        """
        return cast(
            "CompanyRegistered",
            self.post(
                "/v1/companies", given(kind=kind, administrator=administrator, company=company), key=idempotency_key
            ),
        )

    def list_companies(self, *, at_least: int | None = None) -> CompanyViewPage:
        """The companies that the account may act for, each with a token of its own."""
        return cast("CompanyViewPage", self.get("/v1/companies", **given(at_least=at_least)))

    def get_company(self, company: str, *, at_least: int | None = None) -> CompanyView:
        """The company that the caller acts for; any company for the vendor's staff."""
        return cast("CompanyView", self.get(f"/v1/companies/{company}", **given(at_least=at_least)))

    def create_project(self, *, name: str, idempotency_key: str | None = None) -> ProjectCreated:
        """Open a project in the company that the caller acts for. Its name is kept for ever: no person's name."""
        return cast("ProjectCreated", self.post("/v1/projects", given(name=name), key=idempotency_key))

    def list_projects(
        self, *, cursor: str | None = None, limit: int | None = None, at_least: int | None = None
    ) -> ProjectViewPage:
        """Projects in the order in which they were opened."""
        return cast("ProjectViewPage", self.get("/v1/projects", **given(cursor=cursor, limit=limit, at_least=at_least)))

    def get_project(self, project: str, *, at_least: int | None = None) -> ProjectView:
        """One project."""
        return cast("ProjectView", self.get(f"/v1/projects/{project}", **given(at_least=at_least)))

    def get_balance(self, project: str, *, at_least: int | None = None, as_of: str | int | None = None) -> BalanceView:
        """The licenses of the project that are bound to no device, now or as of any entry or time."""
        return cast("BalanceView", self.get(f"/v1/projects/{project}/balance", **given(at_least=at_least, as_of=as_of)))

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

    def find_devices(
        self,
        *,
        serial: str | None = None,
        project: str | None = None,
        license_type: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        at_least: int | None = None,
    ) -> DeviceViewPage:
        """Devices by serial: those that begin so, stand in this project, hold licenses of this type."""
        return cast(
            "DeviceViewPage",
            self.get(
                "/v1/devices",
                **given(
                    serial=serial,
                    project=project,
                    license_type=license_type,
                    cursor=cursor,
                    limit=limit,
                    at_least=at_least,
                ),
            ),
        )

    def add_device(self, project: str, *, serial: str, idempotency_key: str | None = None) -> DeviceAdded:
        """Bring a device into the project. A device is in one project at a time."""
        return cast(
            "DeviceAdded", self.post(f"/v1/projects/{project}/devices", given(serial=serial), key=idempotency_key)
        )

    def list_devices(
        self, project: str, *, cursor: str | None = None, limit: int | None = None, at_least: int | None = None
    ) -> DeviceViewPage:
        """The devices of the project, by serial."""
        return cast(
            "DeviceViewPage",
            self.get(f"/v1/projects/{project}/devices", **given(cursor=cursor, limit=limit, at_least=at_least)),
        )

    def allocate_licenses(
        self,
        project: str,
        *,
        serial: str,
        licenses: list[WantedLicenses],
        confirm_final: bool | None = None,
        idempotency_key: str | None = None,
    ) -> LicensesAllocated:
        """Bind licenses of the project's balance to one of its devices, all or none."""
        return cast(
            "LicensesAllocated",
            self.post(
                f"/v1/projects/{project}/allocations",
                given(serial=serial, licenses=licenses, confirm_final=confirm_final),
                key=idempotency_key,
            ),
        )

    def get_device(self, serial: str, *, at_least: int | None = None, as_of: str | int | None = None) -> DeviceView:
        """A device and the licenses on it, now or as of any entry or time."""
        return cast("DeviceView", self.get(f"/v1/devices/{serial}", **given(at_least=at_least, as_of=as_of)))

    def get_license_file(self, serial: str, *, at_least: int | None = None) -> bytes:
        """The newest license file of a device, to be uploaded to it by hand. The first delivery of a file is recorded."""
        return self.get_document(f"/v1/devices/{serial}/license-file", **given(at_least=at_least))

    def return_licenses(self, serial: str, document: bytes) -> bytes:
        """Give back the PBX licenses of a device whose certificate was invalidated.

        The body is the return document that the device made; the answer is the receipt to be uploaded to it. The same
        document again gets the same receipt.
        """
        return self.put_document(f"/v1/devices/{serial}/return", document)

    def get_return_receipt(self, serial: str, *, at_least: int | None = None) -> bytes:
        """The receipt of the device's last return."""
        return self.get_document(f"/v1/devices/{serial}/return-receipt", **given(at_least=at_least))

    def issue_activation_key(
        self,
        *,
        licenses: list[WantedLicenses],
        order_number: str,
        customer_reference: str | None = None,
        idempotency_key: str | None = None,
    ) -> ActivationKeyIssued:
        """Put a key into the world. For the vendor's staff.

        The key is in this answer and nowhere else: the ledger keeps only its digest. The same request again gives it again.
        """
        return cast(
            "ActivationKeyIssued",
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
        cursor: str | None = None,
        limit: int | None = None,
        at_least: int | None = None,
    ) -> ActivationKeyViewPage:
        """Issued keys in the order in which they were issued. For the vendor's staff."""
        return cast(
            "ActivationKeyViewPage",
            self.get(
                "/v1/activation-keys", **given(order_number=order_number, cursor=cursor, limit=limit, at_least=at_least)
            ),
        )

    def redeem_activation_key(
        self, *, activation_key: str, project: str, idempotency_key: str | None = None
    ) -> ActivationKeyRedeemed:
        """Turn a key's licenses into a project's balance, once. Case, blanks and hyphens do not matter."""
        return cast(
            "ActivationKeyRedeemed",
            self.post(
                "/v1/activation-keys/redemptions",
                given(activation_key=activation_key, project=project),
                key=idempotency_key,
            ),
        )

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
                f"/v1/projects/{project}/balance/why",
                **given(license_type=license_type, cursor=cursor, limit=limit, at_least=at_least, as_of=as_of),
            ),
        )

    def get_project_history(
        self, project: str, *, cursor: str | None = None, limit: int | None = None, at_least: int | None = None
    ) -> EntryViewPage:
        """Every entry that concerns the project, oldest first."""
        return cast(
            "EntryViewPage",
            self.get(f"/v1/projects/{project}/history", **given(cursor=cursor, limit=limit, at_least=at_least)),
        )

    def get_device_history(
        self, serial: str, *, cursor: str | None = None, limit: int | None = None, at_least: int | None = None
    ) -> EntryViewPage:
        """Every entry that concerns the device while it is with this company, oldest first; all of them for staff."""
        return cast(
            "EntryViewPage",
            self.get(f"/v1/devices/{serial}/history", **given(cursor=cursor, limit=limit, at_least=at_least)),
        )

    def get_company_history(
        self, company: str, *, cursor: str | None = None, limit: int | None = None, at_least: int | None = None
    ) -> EntryViewPage:
        """Every entry that concerns the company or something of it, oldest first."""
        return cast(
            "EntryViewPage",
            self.get(f"/v1/companies/{company}/history", **given(cursor=cursor, limit=limit, at_least=at_least)),
        )

    def get_activation_key(self, key_digest: str, *, at_least: int | None = None) -> ActivationKeyView:
        """One key, by the digest that the ledger keeps of it. For the vendor's staff."""
        return cast("ActivationKeyView", self.get(f"/v1/activation-keys/{key_digest}", **given(at_least=at_least)))

    def get_activation_key_history(
        self, key_digest: str, *, cursor: str | None = None, limit: int | None = None, at_least: int | None = None
    ) -> EntryViewPage:
        """Every entry that concerns the key, oldest first. For the vendor's staff."""
        return cast(
            "EntryViewPage",
            self.get(
                f"/v1/activation-keys/{key_digest}/history", **given(cursor=cursor, limit=limit, at_least=at_least)
            ),
        )
