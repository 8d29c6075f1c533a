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
REFUSED: Mapping[str, str] = {
    "no_right": "You see this case, but may not act in it."
    " Ask an administrator for the right to repairs in its project.",
    "company_blocked": "Your company is blocked: nothing can be done until that is lifted.",
    "company_closed": "Your company was taken into another one: act for that one.",
    "quote_ended": "The quote has ended. Ask for a new one in a message below.",
    "advance_not_entitled": "The company is not entitled to replacements in advance.",
    "returns_owed": "The company owes as many devices as it may. They have to come back first:",
    "licenses_already_transferred": "The licenses of this case have moved to its replacement already.",
    "reopening_too_late": "The case ended too long ago. File a new one.",
    "rma_open_for_device": "The device has another case that is open:",
}
"""Why a step can't be taken, by the code of its refusal; another code is said in the API's own words."""
CONDITIONS: Mapping[str, str] = {
    "free": "The requester has to accept a quote first.",
    "unpaid": "There is nothing to pay for.",
    "advance": "It was not to be replaced in advance.",
    "ordinary": "It is replaced in advance.",
}
"""What speaks against a step in a state that would do."""
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
    *REFUSED.values(),
    *CONDITIONS.values(),
    *FACTS.values(),
)
