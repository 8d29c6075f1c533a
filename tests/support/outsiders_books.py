"""What somebody makes of the ledger who has our published JSON and pages, and nothing of our code.

Balances follow from schemas/posting-rules.json; the rest from the table at the end of the subscriber's page. So this
module imports the standard library alone, and a test holds that.
"""

import calendar
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
RULES: dict[str, Any] = json.loads((SCHEMAS / "posting-rules.json").read_text())["rules"]

Json = dict[str, Any]


@dataclass
class Books:
    """Balances by account and type, devices by serial, rights by account, company and project, and so on."""

    balances: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    companies: dict[str, str] = field(default_factory=dict[str, str])
    devices: dict[str, Json] = field(default_factory=dict[str, Json])
    rights: dict[tuple[str, str, str], list[str]] = field(default_factory=dict[tuple[str, str, str], list[str]])
    service: dict[str, str] = field(default_factory=dict[str, str])
    warranties: dict[str, Json] = field(default_factory=dict[str, Json])
    sequence: int = 0
    head: str = "0" * 64

    def read(self, record: bytes) -> None:
        """Fold a record if it is the next entry."""
        entry = json.loads(record)
        if (entry["sequence"], entry["prev"]) != (self.sequence + 1, self.head):
            return
        self.sequence, self.head = entry["sequence"], hashlib.sha256(record).hexdigest()
        name, data = entry["type"].removeprefix("licensing.ledger.").removesuffix(".v1"), entry["data"]
        for account, license_type, count in _moves(entry["type"], data):
            self.balances[account, license_type] += count
        self._companies(name, data)
        self._devices(name, data)
        self._rights(name, data)
        self._dates(name, data)

    def of_company(self, serial: str) -> str:
        """A device is of the company that has its project."""
        return self.companies[self.devices[serial]["project"]]

    def _companies(self, name: str, data: Json) -> None:
        match name:
            case "ledger-founded":
                self.companies[data["default_project"]] = data["vendor"]
            case "company-registered":
                self.companies[data["default_project"]] = data["company"]
            case "project-created":
                self.companies[data["project"]] = data["company"]
            case "company-imported":
                self.companies |= {one["project"]: data["company"] for one in data["projects"]}
            case _:
                pass

    def _devices(self, name: str, data: Json) -> None:
        if name == "device-released":
            del self.devices[data["serial"]]
        elif name == "device-replaced":
            self.devices.pop(data["former"]["serial"])
            self.devices[data["device"]["serial"]] = data["device"]
        elif data.get("device") and name != "device-recommissioned":
            self.devices[data["device"]["serial"]] = data["device"]

    def _rights(self, name: str, data: Json) -> None:
        match name:
            case "rights-granted" | "rights-revoked":
                self.rights[data["account"], data["acting_for"], data["project"]] = data["rights"]
            case "member-removed":
                self._end_rights(data["company"], data["account"])
            case "company-imported":
                self._end_rights(data["former_company"])
            case _:
                pass

    def _end_rights(self, acting_for: str, account: str = "") -> None:
        for who in list(self.rights):
            if who[1] == acting_for and account in {"", who[0]}:
                del self.rights[who]

    def _dates(self, name: str, data: Json) -> None:
        match name:
            case "software-service-bought":
                self.service[data["project"]] = data["ends_on"]
            case "devices-registered":
                self.warranties |= {one["serial"]: _delivered(one) for one in data["devices"]}
            case "warranty-extended":
                self.warranties[data["serial"]]["ends_on"] = data["ends_on"]
            case "delivery-corrected":
                said = {member: data[member] for member in ("model", "delivered_on", "ends_on")}
                self.warranties[data["serial"]] = said
            case "device-replaced":
                self._inherit(data["former"]["serial"], data["device"]["serial"])
            case "device-recommissioned":
                self.warranties.pop(data["device"]["serial"], None)
            case _:
                pass

    def _inherit(self, former: str, replacement: str) -> None:
        if former in self.warranties:
            own = self.warranties.get(replacement, {})
            self.warranties[replacement] = self.warranties[former] | {
                "model": own.get("model", self.warranties[former]["model"])
            }


def _moves(event_type: str, data: Json) -> Iterator[tuple[str, str, int]]:
    for move in RULES.get(event_type, ()):
        for one in _value(data, move["each"]) if "each" in move else (data,):
            yield from _moved(move, one)


def _moved(move: Json, data: Json) -> Iterator[tuple[str, str, int]]:
    if "when" in move and _value(data, move["when"]) is None:
        return
    if "unless" in move and _value(data, move["unless"]) is not None:
        return
    for lot in _value(data, move["lots"]) or ():
        yield _account(data, move["from"]), lot["license_type"], -lot["count"]
        yield _account(data, move["to"]), lot["license_type"], lot["count"]


def _value(data: Any, path: str) -> Any:
    for name in path.split("."):
        data = None if data is None else data.get(name)
    return data


def _account(data: Json, template: str) -> str:
    return re.sub(r"\{(.*?)\}", lambda found: _value(data, found[1]), template)


def _delivered(one: Json) -> Json:
    begin = date.fromisoformat(one["delivered_on"])
    end = _last_day(begin, one["warranty_months"]).isoformat()
    return {"model": one["model"], "delivered_on": one["delivered_on"], "ends_on": end}


def _last_day(begin: date, months: int) -> date:
    """The day before the same day so many months later; the month's own last day where it has no such day."""
    years, month = divmod(begin.year * 12 + begin.month - 1 + months, 12)
    longest = calendar.monthrange(years, month + 1)[1]
    if begin.day > longest:
        return date(years, month + 1, longest)
    return date(years, month + 1, begin.day) - timedelta(days=1)
