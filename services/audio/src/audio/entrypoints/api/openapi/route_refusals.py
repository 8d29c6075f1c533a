"""The refusals of each operation. Made from the sources by `make generate`; do not edit."""

# fmt: off
# ruff: noqa: E501  # a route is a line
ROUTE_REFUSALS: dict[str, frozenset[str]] = {
    "convert_batch": frozenset({"audio_quota_reached", "audio_too_big", "audio_undecodable", "batch_invalid", "batch_too_big", "format_unavailable", "format_unknown", "idempotency_key_missing", "idempotency_key_reused", "name_invalid", "request_malformed", "request_too_slow", "text_invalid", "voice_unknown"}),
    "convert_recording": frozenset({"audio_quota_reached", "audio_too_big", "audio_undecodable", "format_unavailable", "format_unknown", "idempotency_key_missing", "idempotency_key_reused", "name_invalid", "request_malformed", "request_too_slow"}),
    "delete_conversion": frozenset({"audio_unknown"}),
    "get_batch": frozenset({"batch_unknown"}),
    "get_batch_files": frozenset({"audio_files_gone", "audio_not_done", "batch_unknown"}),
    "get_conversion": frozenset({"audio_unknown"}),
    "get_converted_file": frozenset({"audio_files_gone", "audio_not_done", "audio_unknown", "format_unknown"}),
    "get_converted_files": frozenset({"audio_files_gone", "audio_not_done", "audio_unknown"}),
    "get_preview": frozenset({"audio_files_gone", "audio_not_done", "audio_unknown", "format_unknown"}),
    "get_waveform": frozenset({"audio_files_gone", "audio_not_done", "audio_unknown"}),
    "get_waveform_picture": frozenset({"audio_files_gone", "audio_not_done", "audio_unknown"}),
    "list_conversions": frozenset({"request_invalid"}),
    "list_formats": frozenset({}),
    "list_voices": frozenset({}),
    "repeat_conversion": frozenset({"audio_quota_reached", "audio_unknown", "format_unavailable", "format_unknown", "idempotency_key_missing", "idempotency_key_reused", "name_invalid"}),
    "speak_announcement": frozenset({"audio_quota_reached", "format_unavailable", "format_unknown", "idempotency_key_missing", "idempotency_key_reused", "name_invalid", "text_invalid", "voice_unknown"}),
}
