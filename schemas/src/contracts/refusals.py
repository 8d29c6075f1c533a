"""The table of refusals: the stable code, its HTTP status, the sentence, and the rule behind it.

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
    # joining a company
    Refusal("invitation_malformed", 422, "This is no invitation code; check it for typing errors.", "X9"),
    Refusal("invitation_exists", 409, "This invitation was made already.", "X9"),
    Refusal("invitation_unknown", 404, "There is no such invitation; check the code for typing errors.", "X9"),
    Refusal("invitation_used", 409, "This invitation was accepted or withdrawn; ask for a new one.", "X9"),
    Refusal(
        "invitation_expired",
        409,
        "This invitation is too old, or who made it is no administrator any more; ask for a new one.",
        "X9",
    ),
    Refusal("same_company", 422, "A company can't be offered to itself.", "X9"),
    Refusal("company_offered", 409, "The company is offered already; withdraw that offer first.", "X9"),
    Refusal("company_offer_unknown", 404, "There is no such offer of a company to or by yours.", "X9"),
    Refusal(
        "company_kind_differs",
        409,
        "A reseller takes only a reseller over, an end customer only an end customer.",
        "X9",
    ),
    Refusal(
        "import_too_big",
        409,
        "The company has too many projects, accounts or devices to be imported at once; ask the vendor's staff.",
        "X9",
    ),
    Refusal("company_closed", 403, "The company was imported into another one and is closed for ever.", "X9"),
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
        "This idempotency key was used for another request. The accounts of a company share its keys: use a new and "
        "random one for each new request, such as a UUID.",
        "D11",
    ),
    Refusal("company_exists", 409, "This company exists already.", "F1"),
    Refusal("project_exists", 409, "This project exists already.", "F1"),
    Refusal("project_name_taken", 409, "The company has a project of this name; choose another name.", "F1"),
    Refusal("project_archived", 409, "The project was archived; nothing happens in it any more.", "F1"),
    Refusal(
        "project_not_empty",
        409,
        "The project still has licenses or devices: move them to another project, and convert old licenses first.",
        "F1",
    ),
    Refusal("not_same_company", 409, "Both have to be of one company.", "X4"),
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
    Refusal(
        "too_many_unproven_devices",
        409,
        "The company has 1000 devices that were never in contact; let those claim themselves or fetch a license file "
        "first, or ask the vendor to register what it delivered to the company.",
        "F1",
    ),
    Refusal("device_in_project", 409, "The device is in this project already.", "F1"),
    Refusal(
        "too_many_license_types",
        409,
        "A device holds, and one step changes, at most 100 types of licenses; move some to another project first.",
        "R2",
    ),
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
    # RMA cases
    Refusal("rma_unknown", 404, "There is no such RMA case in a project of yours.", "F5"),
    Refusal("rma_open_for_device", 409, "The device has an open RMA case already; go on with that one.", "F5"),
    Refusal("bad_transition", 409, "This can't follow in the state that the case is in; see what is possible.", "F5"),
    Refusal("wrong_device", 409, "This is not the device of the case; check the serial.", "F5"),
    Refusal("quote_ended", 409, "This quote has ended, or a newer one has taken its place; ask for a new one.", "F5"),
    Refusal("advance_not_entitled", 403, "The company is not entitled to replacements in advance.", "F5"),
    Refusal("returns_owed", 409, "The company owes as many devices as it may; they have to come back first.", "F5"),
    Refusal("replacement_not_ordered", 409, "This replacement is not the one that was ordered last.", "F5"),
    Refusal("swap_unknown", 409, "The ledger has not replaced the device of this case in this way.", "F5"),
    Refusal("not_due", 409, "The day on which this happens by itself has not come yet.", "F5"),
    Refusal("reopening_too_late", 409, "A case is reopened within 90 days of its end; file a new one.", "F5"),
    # the catalog and delivered devices
    Refusal(
        "license_type_fixed",
        409,
        "A known license type keeps its class, family, version and months; define a new one.",
        "section 2",
    ),
    Refusal(
        "license_type_inconsistent",
        422,
        "A warranty type has months, a PBX or gateway type may have a version, and a family has one type a version.",
        "section 2",
    ),
    Refusal("model_unknown", 422, "There is no such device model; define it first.", "F4"),
    Refusal("model_repeated", 422, "Name each device model once.", "F4"),
    Refusal("device_registered", 409, "This device has been registered already.", "F4"),
    Refusal("device_repeated", 422, "Name each device once.", "F4"),
    Refusal("delivered_in_future", 422, "The day of delivery has not come yet.", "D7"),
    Refusal("delivered_too_early", 422, "No device was delivered before 1997.", "D7"),
    Refusal("smb_limit", 409, "Licenses of this type stand on one device of a project only, and few of them.", "R3"),
    # warranty
    Refusal("not_a_warranty_extension", 422, "This type extends no warranty.", "section 2"),
    Refusal(
        "warranty_unknown_start",
        409,
        "The vendor has not registered when this device was delivered; ask the vendor.",
        "D7",
    ),
    Refusal("warranty_expired", 409, "The warranty has ended; it can be extended only while it runs.", "D7"),
    Refusal("warranty_max_exceeded", 409, "A warranty lasts at most 60 months in all.", "D7"),
    Refusal("warranty_not_extendable", 409, "The warranty of this device can't be extended; ask your reseller.", "F4"),
    # test licenses
    Refusal("version_unsupported", 422, "There are no test licenses of this version; there are from 8 on.", "F2"),
    Refusal("test_count_range", 422, "A test is for 1 to 250 licenses of each type.", "F2"),
    Refusal("slave_takes_no_count", 422, "A test for a slave takes no count.", "F2"),
    Refusal("test_already_issued", 409, "The device has a test with other contents already.", "F2"),
    Refusal("test_used_up", 409, "The device has had its test; there is one for a device, for ever.", "F2"),
    Refusal("test_unknown", 404, "The device has had no test licenses.", "F2"),
    Refusal(
        "contact_needed",
        409,
        "The device was never in contact in this company: let it claim itself with a claim code, or fetch a license "
        "file with licenses; or ask the vendor to register it as delivered to the company.",
        "F2",
    ),
    # software service
    Refusal("months_range", 422, "Software service is bought for 1 to 60 months at a time.", "F3"),
    Refusal("ssa_no_licenses", 409, "The project has no PBX licenses that software service could cover.", "F3"),
    Refusal("preview_stale", 409, "The preview is not of what is there now; look at a new one.", "F3, section 7"),
    Refusal("ssc_insufficient", 409, "The project's balance has not enough credits.", "F3"),
    Refusal("nothing_held", 409, "No licenses of the project are held.", "D6"),
    Refusal("ssa_not_running", 409, "The project's software service does not run; upgrades need it.", "F3"),
    Refusal("version_unreleased", 422, "There are no PBX licenses of this version.", "F3"),
    Refusal("nothing_to_upgrade", 409, "There are no older PBX licenses that this version replaces.", "F3"),
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
    Refusal(
        "return_limit",
        409,
        "This device has given back 5 times within 30 days; the vendor's staff has to release it.",
        "section 4",
    ),
    Refusal("return_limit_not_reached", 409, "This device has not reached the limit of returns.", "section 4"),
    # broken devices
    Refusal("device_replaced", 409, "The device was replaced by another one, which has its licenses.", "section 6"),
    Refusal("not_replaced", 409, "The device was not replaced; one that was only repaired keeps all.", "section 6"),
    Refusal("same_device", 422, "A device can't replace itself.", "section 6"),
    Refusal(
        "replacement_not_blank",
        409,
        "The replacement is in a project, has licenses, or was itself replaced; take another device.",
        "section 6",
    ),
    Refusal(
        "replacement_unregistered",
        409,
        "The broken device is registered as delivered and its replacement is not; register that first.",
        "section 6",
    ),
    Refusal(
        "model_mismatch",
        409,
        "The replacement is of another family of models; confirm with other_model and say why.",
        "section 6",
    ),
    Refusal(
        "licenses_already_transferred",
        409,
        "This RMA has moved a device's licenses to another one already; each RMA does that once.",
        "T9, section 6",
    ),
    # blocks
    Refusal("key_blocked", 409, "This activation key is blocked; ask the vendor's staff.", "X5"),
    Refusal("device_blocked", 409, "This device is blocked; ask the vendor's staff.", "X5"),
    Refusal("company_blocked", 403, "The company is blocked and can only look; ask the vendor's staff.", "X5"),
    Refusal("already_blocked", 409, "It is blocked already.", "X5"),
    Refusal("not_blocked", 409, "It is not blocked.", "X5"),
    Refusal("vendor_not_blockable", 409, "The vendor's own company can't be blocked.", "X5"),
    # corrections
    Refusal("correction_exists", 409, "This correction exists already.", "X5"),
    Refusal("correction_unknown", 404, "There is no such correction.", "X5"),
    Refusal("correction_closed", 409, "This correction has been approved or rejected already.", "X5"),
    Refusal("device_unregistered", 404, "This device has not been registered as delivered.", "D7"),
    Refusal("delivery_unchanged", 409, "The device is registered so already.", "D7"),
    Refusal(
        "correction_accounts_wrong",
        422,
        "A correction goes from issuance, a project or a device to another project or device, or to retired.",
        "X5",
    ),
    Refusal(
        "correction_lines_contrary",
        422,
        "Linked corrections take licenses of a type from an account or bring some into it, never both.",
        "X5",
    ),
    Refusal(
        "correction_device_shared",
        422,
        "Linked corrections with a device are of that device and its project alone: its license file says all of them.",
        "X5",
    ),
    Refusal("second_person_needed", 403, "Another account of the staff than the proposer has to approve this.", "X5"),
    # old licenses
    Refusal("key_already_imported", 409, "This key of the old manager has been imported already.", "section 7"),
    Refusal("key_already_converted", 409, "The licenses of this key have been converted already.", "section 7"),
    Refusal("legacy_key_registered", 409, "This key of the old manager has been registered already.", "section 7"),
    Refusal("legacy_key_repeated", 422, "Name each key of the old manager once.", "section 7"),
    Refusal("legacy_licenses_differ", 409, "The old manager's list has other licenses under this key.", "section 7"),
    Refusal(
        "legacy_name_unknown",
        422,
        "There is no old license of this name that could be converted; check it for typing errors.",
        "section 7",
    ),
    Refusal("no_legacy_licenses", 409, "There are no old licenses here.", "section 7"),
    Refusal("conversion_unknown", 422, "An old license of this name can't be converted.", "section 7"),
    Refusal("upgrade_chain_broken", 409, "An upgrade has no license that it is an upgrade of.", "section 7"),
    Refusal(
        "v7_consent_required",
        409,
        "Old licenses stand on this device; consent first that it never goes below version 8.",
        "section 7",
    ),
    # the edges, before the ledger is asked
    Refusal("bad_credentials", 401, "A valid bearer token is needed: signed, for this service and not expired.", "F7"),
    Refusal("account_inactive", 403, "The account is not activated, locked or removed; ask who issues tokens.", "X8"),
    Refusal(
        "scope_missing",
        403,
        "The token has scopes, and none that allows this; get one that has it, or one without scopes.",
        "X13",
    ),
    Refusal("request_malformed", 400, "This is no HTTP request, or one that can be read in several ways.", "style 15"),
    Refusal("head_too_big", 431, "Request line and headers are longer than 32 KiB.", "style 6"),
    Refusal("body_not_json", 415, "The body must be JSON, and Content-Type must say application/json.", "style 15"),
    Refusal("body_encoded", 415, "No body is taken compressed; send it without Content-Encoding.", "style 15"),
    Refusal(
        "not_acceptable",
        406,
        "Accept names no form that this is given in: text/csv, application/jsonl or application/vnd.apache.parquet.",
        "style 15",
    ),
    Refusal("busy", 429, "As much as one may ask for at a time is at work; try again after that.", "style 6"),
    Refusal("entry_to_come", 422, "There is no such entry yet; ask for one that was named to you.", "style 15"),
    Refusal("request_invalid", 422, "The request is not as the API's description asks for.", "style 15"),
    Refusal(
        "idempotency_key_missing",
        400,
        "Send the header Idempotency-Key: 1 to 80 printable characters, new for each new request.",
        "D11",
    ),
    Refusal("body_too_big", 413, "The body of a request has at most 64 KiB.", "style 6"),
    Refusal("attachment_too_big", 413, "An attachment has at most 10 MB.", "F5"),
    Refusal(
        "attachment_not_taken",
        415,
        "An attachment is a PNG, JPEG, GIF or WebP picture, a text in UTF-8, a PDF, or a ZIP or gzip archive.",
        "F5",
    ),
    Refusal("picture_broken", 422, "The picture can't be read, or has more than 50 million pixels.", "F5"),
    Refusal("attachments_full", 409, "A case has at most 100 attachments.", "F5"),
    Refusal("attachment_unknown", 404, "There is no such attachment, or it was erased.", "F5"),
    # announcement audio
    Refusal("audio_undecodable", 422, "This is no recording, or none that can be decoded.", "F10"),
    Refusal("audio_too_big", 413, "A recording has at most 20 MiB.", "F10"),
    Refusal("format_unknown", 422, "There is no such format; ask which there are.", "F10"),
    Refusal("format_unavailable", 422, "This installation can't make that format; ask which it can.", "F10"),
    Refusal(
        "name_invalid",
        422,
        "A name has 1 to 64 letters, digits, - and _, and is no device of Windows, such as con.",
        "F10",
    ),
    Refusal("text_invalid", 422, "The text can't be spoken; shorten it, or correct its markup.", "F10"),
    Refusal("voice_unknown", 422, "There is no such voice here; ask which there are.", "F10"),
    Refusal(
        "batch_invalid",
        422,
        "A batch is a ZIP archive of recordings, or a table in CSV of names and sentences, each 1 to 100.",
        "F10",
    ),
    Refusal("batch_too_big", 413, "A batch has at most 100 MiB.", "F10"),
    Refusal("batch_unknown", 404, "There is no such batch of yours.", "F10"),
    Refusal("audio_unknown", 404, "There is no such conversion of yours.", "F10"),
    Refusal("audio_not_done", 409, "That is not made yet, or the conversion failed; ask how far it is.", "F10"),
    Refusal("audio_files_gone", 410, "The files were kept for 24 hours and are gone.", "F10"),
    Refusal("audio_quota_reached", 429, "The company has converted as much as it may for now; try again later.", "F10"),
    # support cases
    Refusal("support_case_unknown", 404, "Your company has no such case.", "F9"),
    Refusal(
        "webhook_signature_invalid",
        403,
        "No signature of this webhook is by a key of this service; sign id, time and body as Standard Webhooks says.",
        "F9",
    ),
    Refusal("webhook_out_of_time", 403, "The webhook is more than five minutes old or ahead; sign it anew.", "F9"),
    Refusal("webhook_replayed", 409, "Just this webhook was taken before; to repeat it, sign a new time.", "F9"),
    Refusal("request_too_slow", 408, "The body of the request took too long to arrive.", "style 6"),
    Refusal("not_found", 404, "There is nothing at this address.", "X7"),
    Refusal("method_not_allowed", 405, "This address does not take this method.", "style 15"),
    Refusal(
        "too_many_attempts",
        429,
        "Too many keys or codes that do not exist were tried; wait as Retry-After says, and check what you type.",
        "style 6",
    ),
    # entries set aside
    Refusal("decision_exists", 409, "This decision was proposed already.", "X10"),
    Refusal("decision_unknown", 404, "No such decision waits.", "X10"),
    Refusal("entry_unknown", 422, "A named entry is not there, or has another hash; read the ledger again.", "X10"),
    Refusal(
        "label_changed", 412, "Somebody has written there since you read it; read it again, then change it.", "X12"
    ),
    Refusal("entry_not_found", 404, "The ledger has no such entry.", "X11"),
    Refusal("entry_lawful", 409, "A named entry breaks no such law: it counts, and stays.", "X10"),
    Refusal(
        "others_depend",
        409,
        "Without the named entries another one can't be applied: name it, too, or mend the reader that stopped.",
        "X10",
    ),
    # trouble: asking again later helps
    Refusal("service_unavailable", 503, "Something this service needs is away; try again later.", "style 5"),
    Refusal(
        "log_stopped",
        503,
        "The ledger decides nothing at the moment, and its operators know. This does not say whether an earlier attempt"
        " took effect; ask again later with the same key.",
        "D21",
    ),
    Refusal(
        "ledger_view_behind",
        503,
        "What happens in the ledger can't be seen just now; ask again later with the same key.",
        "F5",
    ),
    Refusal(
        "access_not_recorded",
        503,
        "What staff reads is recorded before it is shown, which is not possible just now; try again later.",
        "X14",
    ),
    Refusal("sequence_not_reached", 503, "The answer is not as new as was asked for yet; try again.", "D5"),
    Refusal("license_file_not_ready", 503, "The license file is being made; try again.", "F7"),
    Refusal("receipt_not_ready", 503, "The return was accepted, its receipt is being made; try again.", "C7"),
    Refusal("internal_error", 500, "Something went wrong here; it has been noted.", "style 5"),
)

REFUSALS: dict[str, Refusal] = {row.code: row for row in _ROWS}
"""By code."""
