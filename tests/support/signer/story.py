"""A ledger to sign: entries that keep the laws, made by hand, and devices that can return what they have."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.documents.device_certificate import Authorities, factory_certificate, fingerprint, make_authority
from contracts.documents.license_file import LicenseFile
from contracts.documents.return_document import ReturnStatement, verify_return
from contracts.documents.return_document import build as build_return
from contracts.documents.xmldsig import key_id
from contracts.documents.xmldsig import signer as xml_signer
from contracts.events import Event
from contracts.events.activation_keys import ActivationKeyIssued, ActivationKeyRedeemed
from contracts.events.companies import CompanyRegistered, LedgerFounded
from contracts.events.devices import DeviceAdded, LicensesAllocated
from contracts.events.replacements import DeviceRecommissioned, DeviceReplaced
from contracts.events.returns import LicensesReturned
from contracts.identifiers import default_project_of
from contracts.licenses import DEFAULT_CATALOG, DeviceLicenses, LicenseClass, Lot
from contracts.log.chain import LedgerChain
from contracts.log.checkpoint import LogVerifier
from contracts.log.entries import GENESIS, encode_entry, entry_hash
from signer.domain.signing_keys import SigningKeys

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FACTORY_DAY = datetime(2025, 1, 1, tzinfo=UTC)
VENDOR = "00000000-0000-4000-8000-000000000001"
PARTNER = "00000000-0000-4000-8000-000000000002"
ACCOUNT = "00000000-0000-4000-8000-000000000003"
PROJECT = default_project_of(PARTNER)
SERIAL = "009033010203"
CLASSES: dict[str, LicenseClass] = {one.license_type: one.license_class for one in DEFAULT_CATALOG}


def _p256(number: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(number, ec.SECP256R1())


FACTORY_KEY = _p256(11)
FACTORY_CA = make_authority(FACTORY_KEY, "Device CA", not_before=FACTORY_DAY)
GENERATION_KEY = _p256(12)
KEYS = SigningKeys(
    license=_p256(13),
    log=Ed25519PrivateKey.from_private_bytes(bytes(32)),
    generation_ca=GENERATION_KEY,
    generation_ca_certificate=make_authority(GENERATION_KEY, "Device generation CA", not_before=FACTORY_DAY),
    log_name="licensing-ledger.example",
)
TRUSTED = Authorities(device=(FACTORY_CA,), generation=(KEYS.generation_ca_certificate,))
PUBLIC_KEYS = {key_id(KEYS.license.public_key()): KEYS.license.public_key()}


def lots(holdings: Mapping[str, int]) -> tuple[Lot, ...]:
    """Holdings as events state them."""
    return tuple(
        Lot(license_type=name, license_class=CLASSES[name], count=count) for name, count in sorted(holdings.items())
    )


def verifier(ledger: int = 0) -> LogVerifier:
    """The verifier of a ledger's log."""
    return KEYS.log_of(ledger).verifier


@dataclass
class Box:
    """A device with its own key and its present certificate."""

    serial: str = SERIAL
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: _p256(21))
    certificate: x509.Certificate | None = None
    generation: int = 1
    issue: int = 1
    holdings: dict[str, int] = field(default_factory=dict[str, int])

    def current_certificate(self) -> x509.Certificate:
        return self.certificate or factory_certificate(
            FACTORY_CA, FACTORY_KEY, serial=self.serial, public_key=self.key.public_key(), not_before=FACTORY_DAY
        )

    def licenses(self, project: str = PROJECT) -> DeviceLicenses:
        return DeviceLicenses(
            serial=self.serial,
            project=project,
            generation=self.generation,
            issue=self.issue,
            licenses=lots(self.holdings),
        )

    def return_document(self, *, generation: int | None = None) -> bytes:
        """What the box writes when it invalidates its certificate."""
        certificate = self.current_certificate()
        statement = ReturnStatement(
            serial=self.serial,
            generation=generation or self.generation,
            certificate_sha256=fingerprint(certificate),
            created="2026-11-24T09:00:00Z",
            nonce="0" * 32,
            firmware="11.00",
            licenses=(),
        )
        return build_return(statement, certificate=certificate, sign=xml_signer(self.key))


class Story:
    """Writes a ledger as an honest writer would; `values` are the records."""

    def __init__(self, ledger: int = 0) -> None:
        self.ledger = ledger
        self.values: list[bytes] = []
        self.boxes: dict[str, Box] = {}
        self.replaced: set[str] = set()
        self._prev = GENESIS

    def begin(self, units: Mapping[str, int] | None = None) -> "Story":
        """A founded ledger with one partner, who has redeemed a key for `units`."""
        self.add(
            LedgerFounded(
                vendor=VENDOR,
                administrator=ACCOUNT,
                default_project=default_project_of(VENDOR),
                catalog=DEFAULT_CATALOG,
            )
        )
        self.add(CompanyRegistered(company=PARTNER, kind="reseller", administrator=ACCOUNT, default_project=PROJECT))
        return self.redeem("first key", units or {"Port11": 50, "Voicemail11": 2, "PRI": 4})

    def redeem(self, name: str, units: Mapping[str, int]) -> "Story":
        digest = hashlib.sha256(name.encode()).hexdigest()
        self.add(ActivationKeyIssued(key_digest=digest, key_hint="ABCD", lots=lots(units), order_number="PO-1"))
        return self.add(ActivationKeyRedeemed(key_digest=digest, company=PARTNER, project=PROJECT, lots=lots(units)))

    def add_device(self, serial: str = SERIAL) -> "Story":
        box = self.boxes[serial] = Box(serial)
        return self.add(DeviceAdded(company=PARTNER, device=box.licenses()))

    def allocate(self, units: Mapping[str, int], serial: str = SERIAL) -> "Story":
        box = self.boxes[serial]
        box.issue += 1
        for name, count in units.items():
            box.holdings[name] = box.holdings.get(name, 0) + count
        return self.add(LicensesAllocated(company=PARTNER, lots=lots(units), device=box.licenses()))

    def give_back(self, serial: str = SERIAL) -> "Story":
        return self.add(self.a_return(serial))

    def a_return(self, serial: str = SERIAL) -> LicensesReturned:
        """The event of a return that the box makes now."""
        box = self.boxes[serial]
        raw = box.return_document()
        document = verify_return(raw, trusted=TRUSTED, now=START + timedelta(days=1), serial=serial)
        credited = {name: count for name, count in box.holdings.items() if CLASSES[name] == "pbx"}
        box.generation += 1
        box.issue += 1
        box.holdings = {name: count for name, count in box.holdings.items() if name not in credited}
        return LicensesReturned(
            company=PARTNER,
            spent_generation=box.generation - 1,
            document_digest=document.digest,
            certificate_sha256=fingerprint(document.certificate),
            firmware="11.00",
            counts_differ=True,
            document=b64encode(raw).decode(),
            lots=lots(credited),
            device=box.licenses(),
        )

    def replace(self, by: str, serial: str = SERIAL) -> "Story":
        return self.add(self.a_replacement(by, serial))

    def a_replacement(self, by: str, serial: str = SERIAL) -> DeviceReplaced:
        """The event of a swap of a broken box for a new one, under an RMA of its own."""
        box = self.boxes[serial]
        new = self.boxes[by] = Box(by, key=_p256(22), holdings=box.holdings)
        box.holdings = {}
        box.generation += 1
        box.issue += 1
        self.replaced.add(serial)
        return DeviceReplaced(
            company=PARTNER,
            rma=f"RMA-{len(self.replaced)}",
            reason="Dead after a thunderstorm",
            former=box.licenses(),
            device=new.licenses(),
            lots=lots(new.holdings),
        )

    def recommission(self, serial: str = SERIAL) -> "Story":
        return self.add(self.a_recommissioning(serial))

    def a_recommissioning(self, serial: str = SERIAL) -> DeviceRecommissioned:
        """The event of a replaced box that is back in stock, and makes its document now."""
        box = self.boxes[serial]
        raw = box.return_document(generation=box.generation - 1)
        document = verify_return(raw, trusted=TRUSTED, now=START + timedelta(days=1), serial=serial)
        box.issue += 1
        return DeviceRecommissioned(
            company=PARTNER,
            reason="Repaired after all",
            spent_generation=document.generation,
            document_digest=document.digest,
            certificate_sha256=fingerprint(document.certificate),
            firmware="11.00",
            document=b64encode(raw).decode(),
            device=box.licenses(),
        )

    def add(self, event: Event) -> "Story":
        """Append an event, lawful or not."""
        sequence = len(self.values) + 1
        value = encode_entry(
            event,
            ledger=self.ledger,
            sequence=sequence,
            prev=self._prev,
            at=START + timedelta(seconds=sequence),
            command_id=hashlib.sha256(b"%d" % sequence).hexdigest(),
            command_hash="0" * 64,
            actor="operator:story",
            correlation_id="story",
        )
        self._prev = entry_hash(value)
        self.values.append(value)
        return self

    def main_job(self) -> "Story":
        """The whole main job: redeem, add, allocate, return, allocate again."""
        self.begin().add_device().allocate({"Port11": 20, "PRI": 4})
        return self.give_back().allocate({"Port11": 5, "Voicemail11": 1})


def is_proven(file: LicenseFile) -> bool:
    """Whether the entry in a license file is the one it says, by the proof that the file carries."""
    checkpoint = verifier(file.ledger).verify_proof(file.proof.tlog_proof, file.proof.entry)
    assert checkpoint.size == file.sequence
    chain = LedgerChain(file.ledger, file.sequence - 1, _prev_of(file.proof.entry))
    chain.accept(file.proof.entry)
    return chain.sequence == file.sequence


def _prev_of(value: bytes) -> str:
    return value.split(b'"prev":"')[1][:64].decode()
