"""One shape of W3C XML-DSig: enveloped, exclusive C14N, ECDSA P-256 with SHA-256, the whole document, one signature.

Made here with lxml's C14N and a callback that holds the key; verified by signxml, and by any other tool (xmlsec1).
The signature element is the last child of the root. What is read after verification is only what the verifier returns.

Three ways to verify: `verify_enveloped` takes a document that came any way, such as by hand; `verify_received` has the
same verdict, at a third of the cost where the bytes are those that `sign_enveloped` made; `verify_verbatim` takes
such bytes only, by a key that they name: for who reads many.
"""

import base64
import binascii
import hashlib
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.utils import CryptographyDeprecationWarning
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from contracts.documents.xml import (
    DocumentMalformed,
    DocumentRefused,
    Element,
    attributes,
    canonical,
    children,
    require_tag,
    text,
)

DS = "http://www.w3.org/2000/09/xmldsig#"
DSIG11 = "http://www.w3.org/2009/xmldsig11#"
_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
_ENVELOPED = f"{DS}enveloped-signature"
_ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
SIGNATURE = f"{{{DS}}}Signature"
_COORDINATE_BYTES = 32

_DS_DECLARATION = f' xmlns:ds="{DS}"'

Sign = Callable[[bytes], bytes]
"""Signs bytes with ECDSA P-256 and SHA-256 and gives r and s, 32 bytes each: what PKCS#11 gives, too."""

_SIGNED_INFO = (
    f'<ds:SignedInfo xmlns:ds="{DS}">'
    f'<ds:CanonicalizationMethod Algorithm="{_C14N}"></ds:CanonicalizationMethod>'
    f'<ds:SignatureMethod Algorithm="{_ECDSA_SHA256}"></ds:SignatureMethod>'
    '<ds:Reference URI=""><ds:Transforms>'
    f'<ds:Transform Algorithm="{_ENVELOPED}"></ds:Transform>'
    f'<ds:Transform Algorithm="{_C14N}"></ds:Transform>'
    "</ds:Transforms>"
    f'<ds:DigestMethod Algorithm="{_SHA256}"></ds:DigestMethod>'
    "<ds:DigestValue>%s</ds:DigestValue></ds:Reference></ds:SignedInfo>"
)
_SIGNED_INFO_INSIDE = _SIGNED_INFO.replace(_DS_DECLARATION, "", 1)
"""As it stands in the document: its namespace is declared on the signature."""


def _as_written(key_info: bytes) -> re.Pattern[bytes]:
    """A document as `sign_enveloped` writes it: what is before the signature, its digest and value, and the end."""
    before = re.escape(f'<ds:Signature xmlns:ds="{DS}">{_SIGNED_INFO_INSIDE}<ds:SignatureValue>').encode()
    return re.compile(
        rb"(.*)" + before.replace(b"%s", rb"([A-Za-z0-9+/=]{44})") + rb"([A-Za-z0-9+/=]{88})</ds:SignatureValue>"
        rb"<ds:KeyInfo>" + key_info + rb"</ds:KeyInfo></ds:Signature>(</[a-z-]{1,40}>)",
        re.DOTALL,
    )


_WITH_KEY_NAME = _as_written(rb"<ds:KeyName>([0-9a-f]{32})</ds:KeyName>")
_WITH_CERTIFICATE = _as_written(rb"<ds:X509Data><ds:X509Certificate>[A-Za-z0-9+/=]+</ds:X509Certificate></ds:X509Data>")
_CONFIGURATION = SignatureConfiguration(
    require_x509=False,
    location="./",
    expect_references=1,
    signature_methods=frozenset({SignatureMethod.ECDSA_SHA256}),
    digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
)


class SignatureInvalid(DocumentRefused):
    """The signature does not hold, or is not by the key that it has to be by."""

    code = "signature_invalid"


@dataclass(frozen=True, slots=True)
class Signed:
    """What a verified signature covers: the document without the signature element."""

    root: Element
    canonical: bytes


def signer(key: ec.EllipticCurvePrivateKey) -> Sign:
    """A deterministic signer (RFC 6979) over a key in memory: the same bytes get the same signature."""
    if not isinstance(key.curve, ec.SECP256R1):
        raise TypeError("documents are signed with ECDSA P-256")
    algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)

    def sign(data: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(data, algorithm))
        return r.to_bytes(_COORDINATE_BYTES, "big") + s.to_bytes(_COORDINATE_BYTES, "big")

    return sign


def key_id(key: ec.EllipticCurvePublicKey) -> str:
    """How documents name a public key: the first 32 hex digits of the SHA-256 of its SubjectPublicKeyInfo."""
    return hashlib.sha256(_spki(key)).hexdigest()[:32]


def key_name(name: str) -> str:
    """KeyInfo that names a key; `name` is a key id."""
    return f"<ds:KeyInfo><ds:KeyName>{name}</ds:KeyName></ds:KeyInfo>"


def certificate_info(certificate: x509.Certificate) -> str:
    """KeyInfo that carries the signer's certificate."""
    encoded = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    return f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{encoded}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"


def sign_enveloped(root: Element, sign: Sign, key_info: str) -> bytes:
    """The document in canonical form with its signature; `key_info` comes from `key_name` or `certificate_info`.

    A function of its arguments if `sign` is one. The root must have at least one child.
    """
    unsigned = canonical(root)
    end = unsigned.rindex(b"</")
    digest = base64.b64encode(hashlib.sha256(unsigned).digest()).decode()
    signed_info = _SIGNED_INFO % digest
    value = base64.b64encode(sign(signed_info.encode())).decode()
    signature = (
        f'<ds:Signature xmlns:ds="{DS}">{_SIGNED_INFO_INSIDE % digest}'
        f"<ds:SignatureValue>{value}</ds:SignatureValue>{key_info}</ds:Signature>"
    )
    return unsigned[:end] + signature.encode() + unsigned[end:]


def named_key(root: Element) -> str:
    """The key id that the signature names, not yet trusted."""
    (name,) = _exactly(_key_info(root), "KeyName")
    return text(name).strip()


def carried_certificate(root: Element) -> x509.Certificate:
    """The certificate that the signature carries, not yet trusted."""
    (data,) = _exactly(_key_info(root), "X509Data")
    (certificate,) = _exactly(data, "X509Certificate")
    try:
        with warnings.catch_warnings(action="error", category=CryptographyDeprecationWarning):
            return x509.load_der_x509_certificate(base64.b64decode("".join(text(certificate).split()), validate=True))
    except (ValueError, binascii.Error, x509.InvalidVersion, CryptographyDeprecationWarning):
        raise DocumentMalformed("The certificate in the document is not one.") from None


def verify_enveloped(root: Element, key: ec.EllipticCurvePublicKey) -> Signed:
    """What `key` signed of this document; raises SignatureInvalid, or DocumentMalformed for another shape.

    KeyInfo is not covered by a signature, so the trusted key is put in its place before signxml verifies with it.
    """
    signature = _the_signature(root)
    _check_shape(signature)
    if not isinstance(key.curve, ec.SECP256R1):
        raise SignatureInvalid("The key is not an ECDSA P-256 key.")
    _put_key(signature, key)
    try:
        result = XMLVerifier().verify(root, validate_schema=False, expect_config=_CONFIGURATION)
    except (SignXMLException, InvalidSignature, ValueError) as error:
        raise SignatureInvalid(f"The signature does not hold. {error}".rstrip()) from None
    if not isinstance(result, VerifyResult) or result.signed_xml is None:
        raise SignatureInvalid("The signature does not cover the document.")
    if result.signature_key != key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo):
        raise SignatureInvalid("The signature is by another key.")
    return Signed(result.signed_xml, result.signed_data)


def verify_received(raw: bytes, root: Element, key: ec.EllipticCurvePublicKey) -> Signed:
    """What `verify_enveloped` says of `root`, which is `raw` parsed and which it may change."""
    return _verify_written(raw, root, key) or verify_enveloped(root, key)


def _verify_written(raw: bytes, root: Element, key: ec.EllipticCurvePublicKey) -> Signed | None:
    """What is signed, if the document is what `sign_enveloped` writes and holds; None leaves the verdict to others.

    What is outside the signature is its own canonical form, so its digest is the one that the signature states.
    """
    shape = _WITH_CERTIFICATE.fullmatch(raw)
    if shape is None or not isinstance(key.curve, ec.SECP256R1):
        return None
    head, digest, value, tail = shape.groups()
    try:
        unsigned = _digested(head + tail, digest)
        _check_signature(key, value, digest)
    except SignatureInvalid:
        return None
    signature = _the_signature(root)
    root.remove(signature)
    if canonical(root) == unsigned:
        return Signed(root, unsigned)
    root.append(signature)
    return None


def verify_verbatim(raw: bytes, keys: Mapping[str, ec.EllipticCurvePublicKey]) -> bytes:
    """The document without its signature, exactly as one of the keys (by key id) signed it; raises SignatureInvalid.

    Nothing is parsed or made canonical: the bytes outside the signature are those whose digest is signed, and the
    signature is, byte by byte, what `sign_enveloped` writes.
    """
    shape = _WITH_KEY_NAME.fullmatch(raw)
    if shape is None:
        raise SignatureInvalid("The document is not one of ours, byte for byte as it was signed.")
    head, digest, value, name, tail = shape.groups()
    unsigned = _digested(head + tail, digest)
    _check_signature(_trusted(keys, name.decode()), value, digest)
    return unsigned


def _digested(unsigned: bytes, digest: bytes) -> bytes:
    """The same, if this is its digest."""
    if base64.b64encode(hashlib.sha256(unsigned).digest()) != digest:
        raise SignatureInvalid("The document is not the one that was signed.")
    return unsigned


def _check_signature(key: ec.EllipticCurvePublicKey, value: bytes, digest: bytes) -> None:
    try:
        both = base64.b64decode(value, validate=True)
        r, s = both[:_COORDINATE_BYTES], both[_COORDINATE_BYTES:]
        signature = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
        key.verify(signature, (_SIGNED_INFO % digest.decode()).encode(), ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        raise SignatureInvalid("The signature does not hold.") from None


def choose(keys: Mapping[str, ec.EllipticCurvePublicKey], root: Element) -> ec.EllipticCurvePublicKey:
    """The trusted key that the signature names; raises SignatureInvalid if we trust none of that name."""
    return _trusted(keys, named_key(root))


def _trusted(keys: Mapping[str, ec.EllipticCurvePublicKey], name: str) -> ec.EllipticCurvePublicKey:
    key = keys.get(name)
    if key is None:
        raise SignatureInvalid(f"The document is signed by the key {name[:40]}, which is not a trusted one.")
    return key


def _the_signature(root: Element) -> Element:
    """The one signature, which is the last child of the root."""
    found = list(root.iter(SIGNATURE))
    if not found:
        raise DocumentMalformed("The document has no signature.")
    if len(found) > 1:
        raise DocumentMalformed("The document has more than one signature.")
    if len(root) == 0 or root[-1] is not found[0]:
        raise DocumentMalformed("The signature is not the last element of the document.")
    return found[0]


def _key_info(root: Element) -> Element:
    return _exactly(_the_signature(root), "SignedInfo", "SignatureValue", "KeyInfo")[2]


def _check_shape(signature: Element) -> None:
    attributes(signature, ())
    signed_info, value, key_info = _exactly(signature, "SignedInfo", "SignatureValue", "KeyInfo")
    attributes(key_info, ())
    attributes(value, ())
    attributes(signed_info, ())
    _check_value(text(value))
    c14n, method, reference = _exactly(signed_info, "CanonicalizationMethod", "SignatureMethod", "Reference")
    if attributes(reference, ("URI",))["URI"] != "":
        raise DocumentMalformed("The signature does not cover the whole document.")
    transforms, digest_method, digest_value = _exactly(reference, "Transforms", "DigestMethod", "DigestValue")
    attributes(transforms, ())
    attributes(digest_value, ())
    text(digest_value)
    enveloped, exclusive = _exactly(transforms, "Transform", "Transform")
    expected = {c14n: _C14N, method: _ECDSA_SHA256, enveloped: _ENVELOPED, exclusive: _C14N, digest_method: _SHA256}
    for element, algorithm in expected.items():
        if text(element).strip() or attributes(element, ("Algorithm",))["Algorithm"] != algorithm:
            raise DocumentMalformed(f"The signature uses another algorithm than {algorithm}.")


def _check_value(encoded: str) -> None:
    try:
        length = len(base64.b64decode("".join(encoded.split()), validate=True))
    except (ValueError, binascii.Error):
        length = 0
    if length != 2 * _COORDINATE_BYTES:
        raise SignatureInvalid("The signature value is not one of ECDSA P-256.")


def _exactly(element: Element, *names: str) -> list[Element]:
    found = children(element)
    if [child.tag for child in found] != [f"{{{DS}}}{name}" for name in names]:
        raise DocumentMalformed(f"The signature has another form than {', '.join(names)} where it should.")
    return found


def _put_key(signature: Element, key: ec.EllipticCurvePublicKey) -> None:
    key_info = require_tag(signature[2], f"{{{DS}}}KeyInfo")
    for child in list(key_info):
        key_info.remove(child)
    etree.SubElement(key_info, f"{{{DSIG11}}}DEREncodedKeyValue").text = base64.b64encode(_spki(key)).decode()


def _spki(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
