"""RMA cases in words: states, steps, and what somebody is expected to do next."""

from collections.abc import Mapping

STATES: Mapping[str, tuple[str, str]] = {
    "authorised": ("warn", "Waits for the device"),
    "received": ("off", "Device has arrived"),
    "quoted": ("warn", "Quote waits for an answer"),
    "declined": ("off", "Quote declined"),
    "repaired": ("good", "Repaired"),
    "unrepairable": ("bad", "Can't be repaired"),
    "replacing": ("off", "Replacement in preparation"),
    "swap_refused": ("bad", "Replacement was refused"),
    "replaced": ("good", "Replaced"),
    "replacement_shipped": ("warn", "Replacement sent, device owed"),
    "overdue": ("bad", "Device overdue"),
    "shipped": ("good", "On its way back"),
    "closed": ("off", "Closed"),
    "cancelled": ("off", "Cancelled"),
}
"""How a state looks, and its words."""
ANSWERS: Mapping[str, str] = {"accepted": "Accepted", "quote_follows": "Quote follows"}
"""All that is said of who pays to somebody who may not know of a guarantee (rule F4)."""
COVERAGES: Mapping[str, str] = {
    "doa": "Dead on arrival",
    "warranty": "Covered by the warranty",
    "chargeable": "Chargeable",
}
EXPECTED: Mapping[str, str] = {
    "send_device": "Put the slip into the parcel and send the device.",
    "answer_quote": "Accept or decline the quote.",
    "return_device": "Send the broken device back.",
    "receive": "Scan the serial off the device when it arrives.",
    "quote": "Say what the repair costs.",
    "repair": "Repair the device, or take another one.",
    "replace": "Take another device.",
    "send_in_advance": "Send another device first.",
    "ship": "Send the device back.",
    "charge": "Charge for the device that did not come back.",
    "close": "Nothing is left; the case closes by itself.",
}
STEPS: Mapping[str, str] = {
    "file": "Case filed",
    "cancel": "Cancelled",
    "receive": "Device received",
    "quote": "Quote made",
    "accept": "Quote accepted",
    "decline": "Quote declined",
    "repair": "Repaired",
    "unrepairable": "Can't be repaired",
    "replace": "Replacement ordered",
    "send_in_advance": "Replacement sent in advance",
    "swapped": "Licenses moved to the replacement",
    "swap_refused": "Replacement was refused",
    "ship": "Sent back",
    "remind": "Company reminded",
    "overdue": "Device overdue",
    "charge": "Charged for",
    "close": "Closed",
    "reopen": "Taken up again",
}
FACTS: Mapping[str, str] = {
    "carrier": "Carrier",
    "tracking_number": "Tracking number",
    "finding": "Finding",
    "reason": "Reason",
    "reference": "Reference",
    "replacement": "Replacement",
    "invoice": "Invoice",
}
"""What of an entry is shown beside its step."""
WORDS = (
    *(word for _, word in STATES.values()),
    *ANSWERS.values(),
    *COVERAGES.values(),
    *EXPECTED.values(),
    *STEPS.values(),
    *FACTS.values(),
)
