"""Audit records of signatures survive the way to the log and back."""

import pytest
from pydantic import ValidationError

from contracts.documents.signature_record import CheckpointSigned, decode_signature_record


def test_a_record_is_read_as_it_was_written() -> None:
    record = CheckpointSigned(key_id="0" * 32, ledger=0, sequence=3, sha256="a" * 64)
    assert decode_signature_record(record.json_bytes()) == record


def test_a_record_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValidationError):
        decode_signature_record(b'{"what":"wish","key_id":"00000000000000000000000000000000"}')
