from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from contracts.documents.device_certificate import (
    Authorities,
    DeviceIdentity,
    NotADeviceCertificate,
    NotVendorSigned,
    factory_certificate,
    generation_certificate,
    generation_uri,
    identity,
    make_authority,
    proven_identity,
)
from tests.support.documents import (
    DEVICE_CA,
    DEVICE_CA_KEY,
    DEVICE_KEY,
    GENERATION_CA,
    GENERATION_CA_KEY,
    NOW,
    SERIAL,
    STRANGER_KEY,
    TRUSTED,
    factory,
    second_generation,
)


def test_a_factory_certificate_is_generation_1_of_the_serial_in_its_common_name() -> None:
    assert identity(factory()) == DeviceIdentity(SERIAL, 1)


def test_a_later_certificate_says_its_generation_in_a_uri() -> None:
    assert identity(second_generation()) == DeviceIdentity(SERIAL, 2)


def test_the_same_arguments_make_the_same_certificate() -> None:
    assert second_generation().public_bytes(Encoding.DER) == second_generation().public_bytes(Encoding.DER)


@pytest.mark.parametrize("certificate", [factory(), second_generation()])
def test_certificates_of_the_vendors_authorities_are_vendor_signed(certificate: x509.Certificate) -> None:
    assert proven_identity(certificate, TRUSTED, now=NOW) == identity(certificate)


def test_a_self_made_certificate_is_not_vendor_signed() -> None:
    with pytest.raises(NotVendorSigned):
        proven_identity(_certificate(SERIAL), TRUSTED, now=NOW)


def test_an_authority_of_the_same_name_but_another_key_does_not_count() -> None:
    impostor = make_authority(STRANGER_KEY, "Example Device CA", not_before=NOW)
    forged = factory_certificate(
        impostor, STRANGER_KEY, serial=SERIAL, public_key=DEVICE_KEY.public_key(), not_before=NOW
    )

    with pytest.raises(NotVendorSigned):
        proven_identity(forged, TRUSTED, now=NOW)


def test_a_device_certificate_can_not_sign_another_one() -> None:
    forged = factory_certificate(
        factory(), DEVICE_KEY, serial=SERIAL, public_key=STRANGER_KEY.public_key(), not_before=NOW
    )

    with pytest.raises(NotVendorSigned):
        proven_identity(forged, Authorities((DEVICE_CA, factory()), (GENERATION_CA,)), now=NOW)


def test_the_factory_authority_issues_no_later_generation() -> None:
    confused = _issued(DEVICE_CA, DEVICE_CA_KEY, generation_uri(SERIAL, 2))

    with pytest.raises(NotVendorSigned, match="no generation 2"):
        proven_identity(confused, TRUSTED, now=NOW)


def test_the_generation_authority_issues_no_factory_certificate() -> None:
    confused = _issued(GENERATION_CA, GENERATION_CA_KEY)

    with pytest.raises(NotVendorSigned, match="no generation 1"):
        proven_identity(confused, TRUSTED, now=NOW)


@pytest.mark.parametrize(("ca", "key"), [(DEVICE_CA, DEVICE_CA_KEY), (GENERATION_CA, GENERATION_CA_KEY)])
def test_nobody_issues_generation_1_by_its_uri(ca: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    with pytest.raises(NotADeviceCertificate, match="no return begins"):
        proven_identity(_issued(ca, key, generation_uri(SERIAL, 1)), TRUSTED, now=NOW)


def test_one_key_can_not_have_both_roles() -> None:
    renamed = make_authority(DEVICE_CA_KEY, "Example Generation CA", not_before=NOW)

    with pytest.raises(ValueError, match="one role"):
        Authorities((DEVICE_CA,), (GENERATION_CA, renamed))


def test_a_vendor_signed_authority_is_no_device() -> None:
    below = _issued(DEVICE_CA, DEVICE_CA_KEY, extension=x509.BasicConstraints(ca=True, path_length=None))

    with pytest.raises(NotADeviceCertificate, match="of an authority"):
        proven_identity(below, TRUSTED, now=NOW)


def test_a_vendor_signed_certificate_for_servers_is_no_device() -> None:
    server = _issued(DEVICE_CA, DEVICE_CA_KEY, extension=x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]))

    with pytest.raises(NotADeviceCertificate, match="not meant for a client"):
        proven_identity(server, TRUSTED, now=NOW)


def test_a_factory_certificate_may_leave_its_extended_key_usage_out() -> None:
    assert proven_identity(_issued(DEVICE_CA, DEVICE_CA_KEY), TRUSTED, now=NOW) == DeviceIdentity(SERIAL, 1)


def test_a_certificate_of_the_future_is_refused() -> None:
    with pytest.raises(NotVendorSigned):
        proven_identity(factory(), TRUSTED, now=NOW - timedelta(seconds=1))


@pytest.mark.parametrize("generation", [-1, 0, 1, 10_000])
def test_only_generations_that_a_return_can_start_are_issued(generation: int) -> None:
    with pytest.raises(ValueError, match="not made by a return"):
        generation_certificate(
            GENERATION_CA,
            GENERATION_CA_KEY,
            serial=SERIAL,
            generation=generation,
            public_key=DEVICE_KEY.public_key(),
            not_before=NOW,
        )


@pytest.mark.parametrize(
    "common_name", ["", "device", "00903301020", "009033 10203", "001122334455", SERIAL.upper() + "A"]
)
def test_a_common_name_that_is_no_serial_of_this_vendor_is_refused(common_name: str) -> None:
    with pytest.raises(NotADeviceCertificate):
        identity(_certificate(common_name))


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(["urn:innovaphone-licensing:device:009033010204:generation:2"], id="of another device"),
        pytest.param(["urn:innovaphone-licensing:device:009033010203:generation:0"], id="generation 0"),
        pytest.param(["urn:innovaphone-licensing:device:009033010203:generation:1"], id="generation 1"),
        pytest.param(["urn:innovaphone-licensing:device:009033010203:generation:02"], id="leading zero"),
        pytest.param(["urn:innovaphone-licensing:device:009033010203:generation:2\n"], id="line feed"),
        pytest.param(["urn:example:else"], id="something else"),
        pytest.param(
            [
                "urn:innovaphone-licensing:device:009033010203:generation:2",
                "urn:innovaphone-licensing:device:009033010203:generation:3",
            ],
            id="two generations",
        ),
    ],
)
def test_an_alternative_name_that_is_not_one_generation_of_the_device_is_refused(names: list[str]) -> None:
    with pytest.raises(NotADeviceCertificate):
        identity(_certificate(SERIAL, names))


def test_a_key_that_is_not_on_an_elliptic_curve_is_refused() -> None:
    with pytest.raises(NotADeviceCertificate):
        identity(_certificate(SERIAL, key=rsa.generate_private_key(65537, 2048)))


def test_no_device_certificate_is_an_authority() -> None:
    constraints = factory().extensions.get_extension_for_class(x509.BasicConstraints).value

    assert not constraints.ca
    assert DEVICE_CA.public_key() == DEVICE_CA_KEY.public_key()


def _issued(
    ca: x509.Certificate,
    ca_key: ec.EllipticCurvePrivateKey,
    uri: str = "",
    extension: x509.ExtensionType | None = None,
) -> x509.Certificate:
    """What an authority that is careless, or whose key was stolen, signs for a box's key."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SERIAL)]))
        .issuer_name(ca.subject)
        .public_key(DEVICE_KEY.public_key())
        .serial_number(8)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
    )
    if uri:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri)]), critical=False
        )
    if extension is not None:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(ca_key, hashes.SHA256())


def _certificate(
    common_name: str,
    uris: list[str] | None = None,
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = DEVICE_KEY,
) -> x509.Certificate:
    """A self-signed certificate, as a box upgraded from version 6 makes one."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else [])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
    )
    if uris is not None:
        names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri) for uri in uris])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(key, hashes.SHA256())
