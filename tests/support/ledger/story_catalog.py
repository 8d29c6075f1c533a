"""License types, device models and delivered devices."""

from datetime import date

from contracts.catalog import DeliveredDevice, DeviceModel, LicenseTypeFacts
from contracts.commands.activation_keys import IssueActivationKey
from contracts.commands.catalog import DefineDeviceModels, DefineLicenseTypes
from contracts.commands.delivered_devices import RegisterDevices
from contracts.commands.devices import AllocateLicenses
from contracts.licenses import Licenses
from tests.support.ledger.story import (
    HOTEL,
    SERIAL,
)

SMB = LicenseTypeFacts(
    license_type="PORT8*20", license_class="pbx", family="PortSMB", version=8, device_limit=20, sole_device=True
)


SMB9 = SMB.model_copy(update={"license_type": "PORT9*20", "version": 9})


MODEL = DeviceModel(model="IP811", family="IP8x1")


def define(*types: LicenseTypeFacts) -> DefineLicenseTypes:
    return DefineLicenseTypes(license_types=types, reference="CAT-7")


def models(*known: DeviceModel) -> DefineDeviceModels:
    return DefineDeviceModels(models=known, reference="CAT-7")


def delivered(serial: str = SERIAL, model: str = "IP811", on: date = date(2026, 5, 20)) -> DeliveredDevice:
    return DeliveredDevice(serial=serial, model=model, delivered_on=on)


def delivered_to(company: str | None, serial: str = SERIAL) -> DeliveredDevice:
    return delivered(serial).model_copy(update={"delivered_to": company})


def register(*devices: DeliveredDevice) -> RegisterDevices:
    return RegisterDevices(devices=devices, reference="DN-1")


def an_smb_key(count: int) -> IssueActivationKey:
    lots = (Licenses(license_type="PORT8*20", count=count),)
    return IssueActivationKey(key_digest="c3" * 32, key_hint="K3YZ", licenses=lots, order_number="PO-1")


def smb(count: int, serial: str = SERIAL, license_type: str = "PORT8*20") -> AllocateLicenses:
    lots = (Licenses(license_type=license_type, count=count),)
    return AllocateLicenses(project=HOTEL, serial=serial, licenses=lots)
