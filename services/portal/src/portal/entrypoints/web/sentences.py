"""Entries of the ledger in words: what happened."""

from collections.abc import Mapping

from licensing_client.api import EntryView
from portal.entrypoints.web.words import Words

PREFIX = "licensing.ledger."

TITLES: Mapping[str, str] = {
    "activation-key-blocked": "Activation key blocked",
    "activation-key-issued": "Activation key issued",
    "activation-key-redeemed": "Activation key redeemed",
    "activation-key-unblocked": "Block of an activation key lifted",
    "claim-code-created": "Claim code made",
    "claim-code-withdrawn": "Claim code withdrawn",
    "company-blocked": "Company blocked",
    "company-imported": "Company taken over",
    "company-offer-withdrawn": "Offer of the company withdrawn",
    "company-offered": "Company offered",
    "company-registered": "Company registered",
    "company-unblocked": "Block of the company lifted",
    "correction-applied": "Correction applied",
    "correction-proposed": "Correction proposed",
    "correction-rejected": "Correction rejected",
    "delivery-corrected": "Delivery corrected",
    "delivery-correction-proposed": "Correction of a delivery proposed",
    "device-added": "Device added",
    "device-blocked": "Device blocked",
    "device-claimed": "Device claimed itself",
    "device-models-defined": "Device models defined",
    "device-moved": "Device moved",
    "device-offer-withdrawn": "Offer of a device withdrawn",
    "device-offered": "Device offered",
    "device-recommissioned": "Device recommissioned",
    "device-released": "Device released",
    "device-replaced": "Device replaced",
    "device-unblocked": "Block of a device lifted",
    "devices-registered": "Delivered devices registered",
    "entries-set-aside": "Entries set aside",
    "held-licenses-released": "Held licenses released",
    "invitation-accepted": "Invitation accepted",
    "invitation-created": "Invitation made",
    "invitation-withdrawn": "Invitation withdrawn",
    "ledger-founded": "Ledger founded",
    "legacy-consent-given": "Consent for old licenses given",
    "legacy-keys-registered": "Old keys registered",
    "legacy-licenses-converted": "Old licenses converted",
    "legacy-licenses-imported": "Old licenses imported",
    "license-file-delivered": "License file delivered",
    "license-file-downloaded": "License file downloaded by staff",
    "license-types-defined": "License types defined",
    "licenses-allocated": "Licenses allocated",
    "licenses-deallocated": "Licenses taken back",
    "licenses-moved": "Licenses moved",
    "licenses-returned": "Licenses returned",
    "licenses-upgraded": "Licenses upgraded",
    "linked-corrections-applied": "Linked corrections applied",
    "linked-corrections-proposed": "Linked corrections proposed",
    "member-added": "Member added",
    "member-removed": "Member removed",
    "project-archived": "Project archived",
    "project-created": "Project opened",
    "project-renamed": "Project renamed",
    "return-limit-released": "Limit of returns lifted",
    "rights-granted": "Rights granted",
    "rights-revoked": "Rights revoked",
    "setting-aside-proposed": "Setting aside proposed",
    "software-service-bought": "Software service bought",
    "spent-certificate-seen": "Spent certificate seen",
    "test-licenses-issued": "Test licenses issued",
    "test-released": "Test released",
    "warranty-extended": "Warranty extended",
}


def sentence(entry: EntryView, words: Words) -> str:
    """What happened, in the words of the glossary; an event of a newer ledger by its own name."""
    kind = entry["event_type"].removeprefix(PREFIX).rpartition(".")[0]
    return words(TITLES.get(kind, kind.replace("-", " ").capitalize()))
