"""The refusals of each operation. Made from the sources by `make generate`; do not edit."""

# fmt: off
# ruff: noqa: E501  # a route is a line
ROUTE_REFUSALS: dict[str, frozenset[str]] = {
    "accept_quote": frozenset({"bad_transition", "company_blocked", "company_closed", "idempotency_key_missing", "idempotency_key_reused", "ledger_not_founded", "ledger_view_behind", "log_stopped", "no_right", "quote_ended", "rma_unknown"}),
    "attach_file": frozenset({"attachment_not_taken", "attachment_too_big", "attachments_full", "company_blocked", "company_closed", "idempotency_key_missing", "idempotency_key_reused", "ledger_view_behind", "no_right", "picture_broken", "request_invalid", "request_too_slow", "rma_unknown", "sequence_not_reached"}),
    "cancel_case": frozenset({"bad_transition", "company_blocked", "company_closed", "idempotency_key_missing", "idempotency_key_reused", "ledger_not_founded", "ledger_view_behind", "log_stopped", "no_right", "rma_unknown"}),
    "charge_debt": frozenset({"bad_transition", "company_blocked", "company_closed", "idempotency_key_missing", "idempotency_key_reused", "ledger_not_founded", "ledger_view_behind", "log_stopped", "no_right", "rma_unknown"}),
    "close_case": frozenset({"bad_transition", "company_blocked", "company_closed", "idempotency_key_missing", "idempotency_key_reused", "ledger_not_founded", "ledger_view_behind", "log_stopped", "no_right", "not_due", "rma_unknown"}),
    "declare_unrepairable": frozenset({"bad_transition", "company_blocked", "company_closed", "idempotency_key_missing", "idempotency_key_reused", "ledger_not_founded", "ledger_view_behind", "log_stopped", "no_right", "rma_unknown"}),
    "decline_quote": frozenset({"bad_transition", "company_blocked", "company_closed", "idempotency_key_missing", "idempotency_key_reused", "ledger_not_founded", "ledger_view_behind", "log_stopped", "no_right", "quote_ended", "rma_unknown"}),
    "erase_personal_data": frozenset({"company_blocked", "company_closed", "ledger_view_behind", "no_right", "rma_unknown", "sequence_not_reached"}),
    "file_case": frozenset({"company_blocked", "company_closed", "device_blocked", "device_unknown", "idempotency_key_missing", "idempotency_key_reused", "ledger_not_founded", "ledger_view_behind", "log_stopped", "no_right", "rma_open_for_device", "rma_unknown", "sequence_not_reached", "serial_malformed", "serial_wrong_vendor"}),
    "find_cases": frozenset({"ledger_view_behind", "no_right", "request_invalid", "sequence_not_reached", "serial_malformed"}),
    "get_attachment": frozenset({"attachment_unknown", "ledger_view_behind", "no_right", "rma_unknown", "sequence_not_reached"}),
    "get_case": frozenset({"ledger_view_behind", "no_right", "request_invalid", "rma_unknown", "sequence_not_reached"}),
    "get_case_history": frozenset({"ledger_view_behind", "no_right", "request_invalid", "rma_unknown", "sequence_not_reached"}),
    "get_entitlement": frozenset({"company_unknown", "ledger_view_behind", "no_right", "sequence_not_reached"}),
    "get_slip": frozenset({"ledger_view_behind", "no_right", "rma_unknown", "sequence_not_reached"}),
    "grant_advance_replacement": frozenset({"advance_not_entitled", "company_blocked", "company_closed", "company_unknown", "idempotency_key_missing", "idempotency_key_reused", "ledger_not_founded", "ledger_view_behind", "log_stopped", "no_right"}),
    "list_attachments": frozenset({"ledger_view_behind", "no_right", "request_invalid", "rma_unknown", "sequence_not_reached"}),
    "list_messages": frozenset({"ledger_view_behind", "no_right", "request_invalid", "rma_unknown", "sequence_not_reached"}),
    "order_replacement": frozenset({"advance_not_entitled", "bad_transition", "company_blocked", "company_closed", "idempotency_key_missing", "idempotency_key_reused", "ledger_not_founded", "ledger_view_behind", "licenses_already_transferred", "log_stopped", "no_right", "returns_owed", "rma_unknown", "same_device", "serial_malformed", "serial_wrong_vendor"}),
    "quote_repair": frozenset({"bad_transition", "company_blocked", "company_closed", "idempotency_key_missing", "idempotency_key_reused", "ledger_not_founded", "ledger_view_behind", "log_stopped", "no_right", "quote_ended", "rma_unknown"}),
    "receive_device": frozenset({"bad_transition", "company_blocked", "company_closed", "idempotency_key_missing", "idempotency_key_reused", "ledger_not_founded", "ledger_view_behind", "log_stopped", "no_right", "rma_unknown", "serial_malformed", "serial_wrong_vendor", "wrong_device"}),
    "record_repair": frozenset({"bad_transition", "company_blocked", "company_closed", "idempotency_key_missing", "idempotency_key_reused", "ledger_not_founded", "ledger_view_behind", "log_stopped", "no_right", "rma_unknown"}),
    "reopen_case": frozenset({"bad_transition", "company_blocked", "company_closed", "idempotency_key_missing", "idempotency_key_reused", "ledger_not_founded", "ledger_view_behind", "log_stopped", "no_right", "reopening_too_late", "rma_open_for_device", "rma_unknown"}),
    "send_commands": frozenset({"body_too_big", "ledger_view_behind", "log_stopped", "no_right", "request_invalid", "request_too_slow", "service_unavailable"}),
    "send_in_advance": frozenset({"advance_not_entitled", "bad_transition", "company_blocked", "company_closed", "idempotency_key_missing", "idempotency_key_reused", "ledger_not_founded", "ledger_view_behind", "licenses_already_transferred", "log_stopped", "no_right", "returns_owed", "rma_unknown", "same_device", "serial_malformed", "serial_wrong_vendor"}),
    "ship_device": frozenset({"bad_transition", "company_blocked", "company_closed", "idempotency_key_missing", "idempotency_key_reused", "ledger_not_founded", "ledger_view_behind", "log_stopped", "no_right", "rma_unknown"}),
    "withdraw_advance_replacement": frozenset({"advance_not_entitled", "company_blocked", "company_closed", "company_unknown", "idempotency_key_missing", "idempotency_key_reused", "ledger_not_founded", "ledger_view_behind", "log_stopped", "no_right"}),
    "write_message": frozenset({"company_blocked", "company_closed", "idempotency_key_missing", "idempotency_key_reused", "ledger_view_behind", "no_right", "rma_unknown", "sequence_not_reached"}),
}
