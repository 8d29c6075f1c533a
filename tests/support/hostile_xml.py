"""XML that is made to harm whoever parses it."""

_HEAD = b'<license-return xmlns="urn:licensing:license-return:1" v="1">'
_TAIL = b"</license-return>"
_LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (depth, b"&l%d;" % (depth - 1) * 10) for depth in range(1, 10))
DOCUMENTS = {
    "external entity": b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + _HEAD + b"&f;" + _TAIL,
    "parameter entity": b'<!DOCTYPE x [<!ENTITY % f SYSTEM "http://127.0.0.1:1/x">%f;]>' + _HEAD + _TAIL,
    "external subset": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">' + _HEAD + _TAIL,
    "billion laughs": b'<!DOCTYPE x [<!ENTITY l0 "ha">' + _LAUGHS + b"]>" + _HEAD + b"&l9;" + _TAIL,
    "long entity": b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 10_000 + b'">]>' + _HEAD + b"&a;" * 5_000 + _TAIL,
    "inclusion": _HEAD + b'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>' + _TAIL,
    "deep": b"<a>" * 10_000,
    "many attributes": b"<a " + b" ".join(b'a%d="1"' % number for number in range(3_000)) + b"/>",
    "UTF-7": b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x+AD4-' + _HEAD + _TAIL,
    "UTF-16": (b'<?xml version="1.0" encoding="UTF-16"?>' + _HEAD + _TAIL).decode().encode("utf-16"),
    "UTF-16 that says UTF-8": (b'<?xml version="1.0" encoding="UTF-8"?>' + _HEAD + _TAIL).decode().encode("utf-16"),
    "10 MB": _HEAD + b"x" * 10_000_000 + _TAIL,
}
