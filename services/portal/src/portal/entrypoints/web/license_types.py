"""The catalog as forms offer it: the types of one kind together, the newest version first."""

from collections.abc import Iterable
from dataclasses import dataclass

from licensing_client.api import DeviceModelView, LicenseTypeView
from portal.adapters.apis import Asking, ask

MOST_TYPES = 200
CLASSES = {"pbx": "PBX", "gateway": "Gateway", "service": "Software service", "warranty": "Warranty"}
"""License classes in the words of a page, in the order of forms."""


@dataclass(frozen=True, slots=True)
class Group:
    """Types of one class, PBX types of one version; `is_older` where there is a newer one."""

    license_class: str
    version: int | None
    names: tuple[str, ...]
    is_older: bool

    @property
    def title(self) -> str:
        """In English."""
        return CLASSES[self.license_class]


async def all_types(api: Asking) -> list[LicenseTypeView]:
    """The catalog, by name."""
    return (await ask(api.ledger.list_license_types, limit=MOST_TYPES, at_least=api.at_least))["items"]


async def all_models(api: Asking) -> list[DeviceModelView]:
    """The device models, by name."""
    return (await ask(api.ledger.list_device_models, limit=MOST_TYPES, at_least=api.at_least))["items"]


def grouped(types: Iterable[LicenseTypeView]) -> list[Group]:
    """The types by class, then by version; those of older versions last."""
    found: dict[tuple[str, int | None], list[str]] = {}
    for one in types:
        version = one["version"] if one["license_class"] == "pbx" else None
        found.setdefault((one["license_class"], version), []).append(one["license_type"])
    newest = max((version for _, version in found if version), default=0)
    order = list(CLASSES)
    groups = [
        Group(license_class, version, tuple(names), version is not None and version < newest)
        for (license_class, version), names in found.items()
    ]
    return sorted(groups, key=lambda one: (one.is_older, order.index(one.license_class), -(one.version or 0)))
