"""Every way to say no: the stable code, its HTTP status, the sentence, and the rule behind it.

One table for the ledger and its edges; the documentation page is made from it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row of the table. `sentence` says what is wrong and what to do; `rule` names domain.md's section."""

    code: str
    status: int
    sentence: str
    rule: str


_ROWS = (
    # who asks
    Refusal("no_right", 403, "You have no right to do this here; ask an administrator of the company.", "X1"),
    Refusal("project_unknown", 404, "There is no such project.", "X7"),
    Refusal("company_unknown", 404, "There is no such company.", "X7"),
    Refusal("device_unknown", 404, "There is no such device in a project of yours; add it first.", "X7"),
    # people and rights
    Refusal("member_exists", 409, "This account is a member of the company already, in just this role.", "X1"),
    Refusal("member_unknown", 404, "This account is not a member of that company; add it there first.", "X1"),
    Refusal("too_many_members", 409, "A company has at most 1000 members.", "style 6"),
    Refusal("last_admin", 409, "A company keeps at least one administrator; make another one first.", "X3"),
    Refusal("right_not_held", 403, "You can grant or revoke only rights that you have in the project yourself.", "X3"),
    Refusal("nothing_to_change", 409, "The account's rights in the project are so already.", "X1"),
    Refusal("too_many_grants", 409, "An account has rights in at most 1000 projects for each company.", "style 6"),
    # the ledger itself
    Refusal(
        "ledger_not_founded",
        409,
        "The ledger has not been founded yet; an operator has to do it once.",
        "D10",
    ),
    Refusal("ledger_already_founded", 409, "The ledger has been founded already.", "D10"),
    Refusal(
        "idempotency_key_reused",
        409,
        "This idempotency key was used for another request; use a new key for a new request.",
        "D11",
    ),
    Refusal("company_exists", 409, "This company exists already.", "F1"),
    Refusal("project_exists", 409, "This project exists already.", "F1"),
    Refusal("project_name_taken", 409, "The company has a project of this name; choose another name.", "F1"),
    Refusal("project_archived", 409, "The project was archived; nothing happens in it any more.", "F1"),
    Refusal(
        "project_not_empty",
        409,
        "The project still has free licenses or devices; move them to another project first.",
        "F1",
    ),
    Refusal("not_same_company", 409, "The other project is of another company.", "X4"),
    Refusal("same_project", 422, "Source and target are the same project.", "X4"),
    # keys
    Refusal("license_type_unknown", 422, "The catalog has no such license type.", "section 2"),
    Refusal("license_type_repeated", 422, "Name each license type once.", "R4"),
    Refusal("key_exists", 409, "This activation key has been issued already.", "F1"),
    Refusal("key_unknown", 404, "There is no such activation key; check it for typing errors.", "F1"),
    Refusal("key_checksum", 422, "The key's check symbol does not match; check it for typing errors.", "section 7"),
    Refusal("key_already_redeemed", 409, "This activation key has been redeemed already.", "F1"),
    # devices and allocations
    Refusal("serial_malformed", 422, "A serial has 12 hexadecimal digits, such as 009033010203.", "section 1"),
    Refusal("serial_wrong_vendor", 422, "The serial does not begin with this vendor's prefix 009033.", "section 1"),
    Refusal("device_known_elsewhere", 409, "This device is in another project; release it there first.", "F1"),
    Refusal("device_in_project", 409, "The device is in this project already.", "F1"),
    Refusal("too_many_license_types", 409, "A device holds at most 100 types of licenses.", "R2"),
    Refusal("insufficient_balance", 409, "The project's balance has not enough free licenses of this type.", "R2"),
    Refusal("balance_limit", 409, "More licenses of one type than an account may hold.", "R2"),
    Refusal("class_not_allocatable", 422, "Licenses of this class are not allocated to a device.", "section 2"),
    Refusal(
        "confirmation_required",
        409,
        "Licenses of this type can't be returned later; repeat the request with confirm_final set.",
        "R4",
    ),
    Refusal("device_not_in_project", 409, "The device is in another project of the company.", "F1"),
    Refusal("class_not_returnable", 422, "Licenses of this class stay on the device for good.", "R5"),
    Refusal("insufficient_on_device", 409, "The device has not so many licenses of this type.", "R5"),
    Refusal(
        "already_delivered",
        409,
        "A license file with these licenses was delivered; only a return of the device frees them.",
        "R5",
    ),
    Refusal(
        "device_not_empty",
        409,
        "The device still has PBX licenses; return or deallocate them before it leaves the company.",
        "F1",
    ),
    Refusal("device_in_company", 409, "The device is in this company already; move it.", "F1"),
    Refusal("device_offered", 409, "The device is offered already; withdraw that offer first.", "F1"),
    Refusal("offer_unknown", 404, "There is no such offer of a device to or by your company.", "X7"),
    Refusal("claim_code_malformed", 422, "This is no claim code; check it for typing errors.", "F7"),
    Refusal("claim_code_exists", 409, "This claim code was created already.", "F7"),
    Refusal("claim_code_unknown", 404, "There is no such claim code; check it for typing errors.", "F7"),
    Refusal("claim_code_used", 409, "This claim code was used or withdrawn; ask for a new one.", "F7"),
    Refusal("claim_code_expired", 409, "This claim code is too old; ask for a new one.", "F7"),
    # license files and returns
    Refusal(
        "license_file_superseded",
        409,
        "A newer license file of this device exists or is being made; fetch that one.",
        "R5",
    ),
    Refusal("document_malformed", 422, "This is no well-formed return document.", "C3"),
    Refusal("document_too_big", 413, "A return document has at most 32 KiB.", "C3"),
    Refusal(
        "certificate_not_vendor_signed",
        403,
        "The certificate was not signed by the vendor; only an RMA or the vendor's staff can help.",
        "C3",
    ),
    Refusal("certificate_serial_mismatch", 403, "The certificate belongs to another device.", "F7"),
    Refusal("certificate_invalidated", 409, "This certificate has been invalidated; fetch the receipt.", "F7"),
    Refusal("receipt_unknown", 404, "No return of this device was accepted; send the return document.", "C7"),
    Refusal("signature_invalid", 422, "The signature of the document does not hold.", "C3"),
    Refusal("firmware_too_old", 426, "This needs firmware of version 8 or newer.", "C3"),
    Refusal("generation_spent", 409, "Another return of this certificate has been accepted already.", "C3"),
    Refusal("generation_unknown", 409, "The ledger knows no such generation of this device.", "C3"),
    # the edges, before the ledger is asked
    Refusal("bad_credentials", 401, "A valid bearer token is needed: signed, for this service and not expired.", "F7"),
    Refusal("request_invalid", 422, "The request is not as the API's description asks for.", "style 15"),
    Refusal(
        "idempotency_key_missing",
        400,
        "Send the header Idempotency-Key: 1 to 80 printable characters, new for each new request.",
        "D11",
    ),
    Refusal("body_too_big", 413, "The body of a request has at most 64 KiB.", "style 6"),
    Refusal("request_too_slow", 408, "The body of the request took too long to arrive.", "style 6"),
    Refusal("not_found", 404, "There is nothing at this address.", "X7"),
    Refusal("method_not_allowed", 405, "This address does not take this method.", "style 15"),
    # trouble: asking again later helps
    Refusal("service_unavailable", 503, "Something this service needs is away; try again later.", "style 5"),
    Refusal("sequence_not_reached", 503, "The answer is not as new as was asked for yet; try again.", "D5"),
    Refusal("license_file_not_ready", 503, "The license file is being made; try again.", "F7"),
    Refusal("receipt_not_ready", 503, "The return was accepted, its receipt is being made; try again.", "C7"),
    Refusal("internal_error", 500, "Something went wrong here; it has been noted.", "style 5"),
)

REFUSALS: dict[str, Refusal] = {row.code: row for row in _ROWS}
"""By code."""
