"""The XML documents between ledger and device, in words, for the reference page; a test reads each example."""

# ruff: noqa: E501  # a row of a table is one line
DOCUMENTS = """\
## The XML documents

Three documents go between the ledger and a device. Each is UTF-8 without a document type, in a namespace of its own, and signed by an
enveloped XML signature over the whole document: exclusive C14N without comments, one reference with the URI `""`, SHA-256, and ECDSA over
P-256 with SHA-256. `ds:KeyName` names the key of the vendor; a device's document carries its certificate in `ds:X509Certificate` instead.
A reader takes no other algorithm and no second signature.

**License file**, namespace `urn:licensing:license-file:1`, at most 128 KiB, on `signer.license-files`:

| element | attributes and content |
|---|---|
| `license-file` | `v` is 1; `serial`, `generation`, `issue` of the device; `ledger` and `sequence` of the entry that it follows from; `issued`, UTC to the second |
| `license`, any number | `type`, `class`, `count`; `expires` is the last day, of a test |
| `proof` | `entry`: the value of that entry in base64; `tlog-proof`: that it is in the log, a C2SP `tlog-proof@v1` |

**Return document**, namespace `urn:licensing:license-return:1`, at most 32 KiB, signed by the device:

| element | attributes and content |
|---|---|
| `license-return` | `v` is 1; `serial`, `generation`, `certificate-sha256` of the certificate that the device has made invalid; `created`, `nonce` and `firmware` as information |
| `license`, any number | `type`, `count`, `version`: what the device believes it had; nothing is credited from it |

**Return receipt**, namespace `urn:licensing:return-receipt:1`, at most 64 KiB, on `signer.return-receipts`:

| element | attributes and content |
|---|---|
| `return-receipt` | `v` is 1; `serial`; `returned-generation`; `document-digest`; `ledger` and `sequence` of the entry; `issued` |
| `credited`, `remaining` | a `license` for each type, with `type`, `class`, `count` |
| `certificate` | that of the next generation, DER in base64 |

`schemas/golden/published/` has a record of each that the signer writes.
"""
